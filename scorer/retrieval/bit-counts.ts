import type { TrackBits } from "./track-bits.ts";

/** Leaves in `bits` only what `other` has too; returns how many tracks that are. */
export function intersect(bits: TrackBits, other: TrackBits): number {
  let count = 0;
  for (let word = 0; word < bits.length; word++) {
    const both = bits[word]! & other[word]!;
    bits[word] = both;
    count += ones(both);
  }
  return count;
}

export function countTracks(bits: TrackBits): number {
  let count = 0;
  for (let word = 0; word < bits.length; word++) count += ones(bits[word]!);
  return count;
}

/** How many bits of a word are 1, by adding neighbours: pairs, then fours, then bytes. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
