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

export function hasTrack(bits: TrackBits, track: TrackIndex): boolean {
  return ((bits[track >>> 5]! >>> (track & 31)) & 1) === 1;
}
