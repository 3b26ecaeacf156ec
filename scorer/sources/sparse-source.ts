import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseScores } from "../retrieval/retriever.ts";

/** Scores the tracks that it has something to say of, given a session's plays, the last one
 *  first; a track may be among them more than once. */
export type SparseSource = (session: readonly TrackIndex[]) => SparseScores;

/** The tracks of these plays, each where it is met first. */
export function eachOnce(plays: readonly TrackIndex[]): TrackIndex[] {
  return [...new Set(plays)];
}

/** Sums of one source for one session, on memory that the next one uses again. A track's sum counts
 *  by its weight. */
export interface Tally {
  add(track: number, amount: number): void;
  /** Adds to each of `tracks[from…to)`, as often as it is there. */
  addAll(tracks: Uint32Array, from: number, to: number, amount: number): void;
  /** ln(1 + sharpness · share of the sum of all amounts), by track; the tally is empty afterwards.
   */
  take(sharpness: number): SparseScores;
}

/** `weights` has one for each of `count` tracks; without it, all weigh 1. */
export function newTally(count: number, weights?: Float64Array): Tally {
  const sums = new Float64Array(count);
  // One more than can be met, so that there is always a next place.
  const met = new Uint32Array(count + 1);
  let size = 0;

  function addAll(tracks: Uint32Array, from: number, to: number, amount: number): void {
    if (!(amount > 0)) return;
    let next = size;
    for (let at = from; at < to; at++) {
      const track = tracks[at]!;
      const sum = sums[track]!;
      // Every other track is met for the first time, so a branch would often be guessed wrong.
      met[next] = track;
      next += Number(sum === 0);
      sums[track] = sum + amount;
    }
    size = next;
  }

  return {
    add(track, amount) {
      if (!(amount > 0)) return;
      const sum = sums[track]!;
      if (sum === 0) met[size++] = track;
      sums[track] = sum + amount;
    },
    addAll,
    take(sharpness) {
      let total = 0;
      for (let at = 0; at < size; at++) {
        const track = met[at]!;
        if (weights !== undefined) sums[track]! *= weights[track]!;
        total += sums[track]!;
      }
      const tracks = new Array<TrackIndex>(size);
      const values = new Float32Array(size);
      for (let at = 0; at < size; at++) {
        const track = met[at]! as TrackIndex;
        tracks[at] = track;
        values[at] = Math.log1p((sharpness * sums[track]!) / total);
        sums[track] = 0;
      }
      size = 0;
      return { tracks, values };
    },
  };
}
