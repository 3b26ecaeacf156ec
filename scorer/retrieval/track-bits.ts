import type { TrackIndex } from "../../core/domain/ids.ts";

/** A set of tracks as [⌈count / 32⌉] words: track i is in it where bit i mod 32 of word ⌊i / 32⌋ is
 *  1. Bits beyond the last track mean nothing. */
export type TrackBits = Uint32Array;

/** The empty set of a catalogue of `count` tracks. */
export function noTracks(count: number): TrackBits {
  return new Uint32Array(Math.ceil(count / 32));
}

export function addTrack(bits: TrackBits, track: TrackIndex): void {
  bits[track >>> 5]! |= 1 << (track & 31);
}

export function removeTrack(bits: TrackBits, track: TrackIndex): void {
  bits[track >>> 5]! &= ~(1 << (track & 31));
}

export function hasTrack(bits: TrackBits, track: TrackIndex): boolean {
  return ((bits[track >>> 5]! >>> (track & 31)) & 1) === 1;
}

/** How many tracks are in the set, or some number above `enough` where there are more than that.
 *  Bits beyond the last track count, too. */
export function countTracks(bits: TrackBits, enough: number): number {
  let count = 0;
  for (let at = 0; at < bits.length && count <= enough; at++) count += bitsOf(bits[at]!);
  return count;
}

/** Visits the tracks below `count` that are in the set, or those that are absent from it, from the
 *  lowest index on. */
export function forEachTrack(
  bits: TrackBits,
  count: number,
  which: "present" | "absent",
  visit: (track: TrackIndex) => void,
): void {
  for (let at = 0; at < bits.length; at++) {
    let word = which === "present" ? bits[at]! : ~bits[at]!;
    while (word !== 0) {
      const track = at * 32 + 31 - Math.clz32(word & -word);
      if (track < count) visit(track as TrackIndex);
      word &= word - 1;
    }
  }
}

/** How many bits of a word are 1. Source: Warren, Hacker's Delight, 2nd edition, section 5-1. */
function bitsOf(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  return Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
