// AssemblyScript, compiled with `scan.as.ts`: sets of tracks as bits, lowest first, in whole words
// of 8 bytes.

/** Turns a set into all that is not in it. Returns how many there were in it. */
export function invertBits(bits: usize, bytes: i32): i32 {
  let count: i64 = 0;
  const end = bits + <usize>bytes;
  for (let at = bits; at < end; at += 8) {
    const word = load<u64>(at);
    count += popcnt<u64>(word);
    store<u64>(at, ~word);
  }
  return <i32>count;
}

/** Writes the tracks below `count` that are not in a set; returns how many. */
export function listAbsent(bits: usize, count: i32, out: usize): i32 {
  let found = 0;
  for (let first = 0; first < count; first += 64) {
    let word = ~load<u64>(bits + (<usize>first >> 3));
    while (word) {
      const track = first + <i32>ctz<u64>(word);
      word &= word - 1;
      if (track >= count) break;
      store<i32>(out + (<usize>found << 2), track);
      found++;
    }
  }
  return found;
}

/** Puts listed tracks into a set, or takes them out. */
export function markTracks(bits: usize, tracks: usize, count: i32, isIn: bool): void {
  for (let i = 0; i < count; i++) {
    const track = load<u32>(tracks + (<usize>i << 2));
    const place = bits + <usize>(track >> 3);
    const bit = <u8>(<u32>1 << (track & 7));
    store<u8>(place, isIn ? load<u8>(place) | bit : load<u8>(place) & ~bit);
  }
}
