// AssemblyScript, compiled with `scan.as.ts`: what sparse sources say, as parts of a search.

/** What one source says, as `sparse-parts.ts` writes it: 7 words of 4 bytes, in this order. */
@unmanaged
class SparseTask {
  /** uint32 [count]: tracks, each once, and float32 [count]: what is said of each. */
  tracks: usize;
  values: usize;
  count: i32;
  /** Bitset by track, lowest bit first. */
  excluded: usize;
  /** Out: uint32, the tracks that any source speaks of and that are not excluded, each once, one
   *  more than there can be, so that there is always a next place; and uint8 by track: whether it
   *  is among them. */
  spoken: usize;
  isSpoken: usize;
  spokenCount: i32;
}

/** Sets what a source says of tracks, times its weight; `part`: float32 by track. Returns the most
 *  of that, in absolute value. */
export function loadSparse(task: SparseTask, part: usize, weight: f32): f32 {
  let size = task.spokenCount;
  let most: f32 = 0;
  for (let i = 0; i < task.count; i++) {
    const track = <usize>load<u32>(task.tracks + (<usize>i << 2));
    if ((load<u8>(task.excluded + (track >> 3)) >> <u8>(track & 7)) & 1) continue;
    const said = weight * load<f32>(task.values + (<usize>i << 2));
    store<f32>(part + (track << 2), said);
    most = max<f32>(most, abs<f32>(said));
    const isSpoken = task.isSpoken + track;
    store<u32>(task.spoken + (<usize>size << 2), <u32>track);
    size += <i32>(load<u8>(isSpoken) == 0);
    store<u8>(isSpoken, 1);
  }
  task.spokenCount = size;
  return most;
}

/** Sets two parts back to zeros, wherever any source spoke. */
export function clearSparse(task: SparseTask, one: usize, other: usize): void {
  for (let i = 0; i < task.spokenCount; i++) {
    const track = <usize>load<u32>(task.spoken + (<usize>i << 2));
    store<f32>(one + (track << 2), 0);
    store<f32>(other + (track << 2), 0);
    store<u8>(task.isSpoken + track, 0);
  }
  task.spokenCount = 0;
}
