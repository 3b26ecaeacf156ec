// AssemblyScript, compiled with `scan.as.ts`: what was played after a session's last tracks;
// `coplay.ts` and `runs.ts` say how.

import { addTo, takeTally, Tally } from "./tally.as";

/** Ends every session in `played`, and stands for what is before the first. */
const SESSION_END: u32 = 0xffffffff;

/** Of a run that was played more often, so many places speak, evenly over all of them. */
const PLACES_MAX: i32 = 1000;

/** One session's search, as `coplay.ts` writes it: 14 words of 4 bytes, in this order. */
@unmanaged
class CoplayTask {
  tally: Tally;
  /** uint32: the session's plays, the last one first, and its tracks, each once. */
  plays: usize;
  playCount: i32;
  latest: usize;
  latestCount: i32;
  /** uint32 by track: where its successors begin in `successors`, uint32, and `shares`, float32. */
  starts: usize;
  successors: usize;
  shares: usize;
  /** float64 by how many tracks came after: what a track counts. */
  weights: usize;
  /** uint32 each: what was played in order, and places in it, ordered by the runs that end at
   *  them. */
  played: usize;
  places: usize;
  placeCount: i32;
  /** Of how many tracks a run has at most; 0 where there are none. */
  runTracksMax: i32;
  /** float64 by how many tracks a run has beside its last. */
  runWeights: usize;
}

/** Returns of how many tracks something is said; `tally` has them. */
export function hearCoplay(task: CoplayTask): i32 {
  addSuccessors(task);
  addAfterRuns(task);
  return takeTally(task.tally);
}

function addSuccessors(task: CoplayTask): void {
  let size = task.tally.size;
  for (let back = 0; back < task.latestCount; back++) {
    const weight = load<f64>(task.weights + (<usize>back << 3));
    const own = task.starts + (<usize>load<u32>(task.latest + (<usize>back << 2)) << 2);
    const end = <usize>load<u32>(own, 4) << 2;
    for (let at = <usize>load<u32>(own) << 2; at < end; at += 4) {
      const amount = weight * <f64>load<f32>(task.shares + at);
      if (amount > 0) size = addTo(task.tally, size, load<u32>(task.successors + at), amount);
    }
  }
  task.tally.size = size;
}

function addAfterRuns(task: CoplayTask): void {
  const tracksMax = min<i32>(task.runTracksMax, task.playCount);
  let size = task.tally.size, from = 0, to = task.placeCount;
  for (let back = 0; back < tracksMax; back++) {
    const track = load<u32>(task.plays + (<usize>back << 2));
    from = firstAt(task, from, to, back, track);
    to = firstAt(task, from, to, back, track + 1);
    if (from == to) break;
    if (back == 0) continue;
    const stride = (to - from + PLACES_MAX - 1) / PLACES_MAX;
    const visits = (to - from + stride - 1) / stride;
    const amount = load<f64>(task.runWeights + (<usize>back << 3)) / <f64>(visits + 1);
    if (!(amount > 0)) continue;
    for (let at = from; at < to; at += stride) {
      const place = task.played + (<usize>load<u32>(task.places + (<usize>at << 2)) << 2);
      size = addTo(task.tally, size, load<u32>(place, 4), amount);
    }
  }
  task.tally.size = size;
}

/** The first of the places between two whose track `back` plays earlier is `track` or comes after
 *  it. */
function firstAt(task: CoplayTask, from: i32, to: i32, back: i32, track: u32): i32 {
  let low = from, high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = <i32>load<u32>(task.places + (<usize>middle << 2)) - back;
    const found = place < 0 ? SESSION_END : load<u32>(task.played + (<usize>place << 2));
    if (found < track) low = middle + 1;
    else high = middle;
  }
  return low;
}
