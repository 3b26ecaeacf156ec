import type { TrackHash, TrackIndex } from "../domain/ids.ts";

/** Which track has which hash, as data alone, so that threads can hand it over. An open table of at
 *  least twice as many places as tracks: a track stands at its hash's place, or at the next free
 *  one after it. */
export interface TrackTable {
  /** [places], a power of two */
  readonly hashes: Float64Array;
  /** [places]: 1 + the track's index; 0 where none stands. */
  readonly tracks: Uint32Array;
}

/** An empty table for `count` tracks. */
export function newTrackTable(count: number): TrackTable {
  const places = 2 ** Math.ceil(Math.log2(2 * Math.max(1, count)));
  return { hashes: new Float64Array(places), tracks: new Uint32Array(places) };
}

/** Puts a track into the table. Where one of that hash is there already nothing changes, and its
 *  index is returned. */
export function addToTable(
  table: TrackTable,
  hash: TrackHash,
  index: TrackIndex,
): TrackIndex | undefined {
  const place = placeOf(table, hash);
  const there = table.tracks[place]!;
  if (there > 0) return (there - 1) as TrackIndex;
  table.hashes[place] = hash;
  table.tracks[place] = index + 1;
  return undefined;
}

export function findInTable(table: TrackTable, hash: TrackHash): TrackIndex | undefined {
  const there = table.tracks[placeOf(table, hash)]!;
  return there > 0 ? ((there - 1) as TrackIndex) : undefined;
}

/** Where a hash stands, or would. Its low bits are as random as any. */
function placeOf({ hashes, tracks }: TrackTable, hash: TrackHash): number {
  const last = tracks.length - 1;
  let place = (hash >>> 0) & last;
  while (tracks[place] !== 0 && hashes[place] !== hash) place = (place + 1) & last;
  return place;
}
