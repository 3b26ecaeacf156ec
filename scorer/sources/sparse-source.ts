import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseScores } from "../retrieval/retriever.ts";

/** Scores the tracks that it has something to say of, given a session's plays, the last one
 *  first; a track may be among them more than once. */
export type SparseSource = (session: readonly TrackIndex[]) => SparseScores;

/** The tracks of these plays, each where it is met first. */
export function eachOnce(plays: readonly TrackIndex[]): TrackIndex[] {
  return [...new Set(plays)];
}

/** Sums of one source for one session, on memory that the next one uses again. What is added counts
 *  by the track's weight. */
export interface Tally {
  add(track: number, amount: number): void;
  /** Adds to each of `tracks[from…to)`, as often as it is there. */
  addAll(tracks: Uint32Array, from: number, to: number, amount: number): void;
  /** ln(1 + sharpness · share of the sum of all amounts), by track; the tally is empty afterwards.
   */
  take(sharpness: number): SparseScores;
}

/** A track's sum and its weight stand side by side, so that both come with one line of memory. */
const CELL = 2;
const SUM = 0;
const WEIGHT = 1;

/** `weights` has one for each of `count` tracks; without it, all weigh 1. */
export function newTally(count: number, weights?: Float64Array): Tally {
  const cells = new Float64Array(count * CELL);
  for (let track = 0; track < count; track++) {
    cells[track * CELL + WEIGHT] = weights === undefined ? 1 : weights[track]!;
  }
  // One more than can be met, so that there is always a next place.
  const met = new Uint32Array(count + 1);
  let size = 0;

  function addAll(tracks: Uint32Array, from: number, to: number, amount: number): void {
    if (!(amount > 0)) return;
    let next = size;
    for (let at = from; at < to; at++) {
      const track = tracks[at]!;
      const cell = track * CELL;
      const sum = cells[cell + SUM]!;
      // Every other track is met for the first time, so a branch would often be guessed wrong.
      met[next] = track;
      next += Number(sum === 0);
      cells[cell + SUM] = sum + amount * cells[cell + WEIGHT]!;
    }
    size = next;
  }

  return {
    add(track, amount) {
      if (!(amount > 0)) return;
      const cell = track * CELL;
      const sum = cells[cell + SUM]!;
      if (sum === 0) met[size++] = track;
      cells[cell + SUM] = sum + amount * cells[cell + WEIGHT]!;
    },
    addAll,
    take(sharpness) {
      let total = 0;
      for (let at = 0; at < size; at++) total += cells[met[at]! * CELL + SUM]!;
      const tracks: TrackIndex[] = [];
      const values = new Float32Array(size);
      for (let at = 0; at < size; at++) {
        const track = met[at]! as TrackIndex;
        const cell = track * CELL;
        tracks.push(track);
        values[at] = Math.log1p((sharpness * cells[cell + SUM]!) / total);
        cells[cell + SUM] = 0;
      }
      size = 0;
      return { tracks, values };
    },
  };
}
