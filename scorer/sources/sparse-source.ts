import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseScores } from "../retrieval/retriever.ts";

/** Scores the tracks that it has something to say of, given a session's plays, the last one
 *  first; a track may be among them more than once. */
export type SparseSource = (session: readonly TrackIndex[]) => SparseScores;

/** The tracks of these plays, each where it is met first. */
export function eachOnce(plays: readonly TrackIndex[]): TrackIndex[] {
  return [...new Set(plays)];
}

/** Sums of one source for one session, on an array that the next one uses again. */
export interface Tally {
  add(track: number, amount: number): void;
  /** ln(1 + sharpness · share of the sum of all amounts), by track; the tally is empty afterwards.
   */
  take(sharpness: number): SparseScores;
}

export function newTally(count: number): Tally {
  const sums = new Float64Array(count);
  let tracks: TrackIndex[] = [];
  return {
    add(track, amount) {
      if (!(amount > 0)) return;
      if (sums[track] === 0) tracks.push(track as TrackIndex);
      sums[track] = sums[track]! + amount;
    },
    take(sharpness) {
      const taken = tracks;
      let total = 0;
      for (let at = 0; at < taken.length; at++) total += sums[taken[at]!]!;
      const values = new Float32Array(taken.length);
      for (let at = 0; at < taken.length; at++) {
        const track = taken[at]!;
        values[at] = Math.log1p((sharpness * sums[track]!) / total);
        sums[track] = 0;
      }
      tracks = [];
      return { tracks: taken, values };
    },
  };
}
