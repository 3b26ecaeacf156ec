import type { SessionLog } from "./read-sessions.ts";

/** A recommender that others publish figures of. It follows one session at a time. */
export interface Baseline {
  readonly name: string;
  startSession(): void;
  /** Hears a track of the session, by its index; −1 for one that the training log does not have. */
  hear(track: number): void;
  /** The `k` tracks (or as many as there are) that come next, best first. Equal scores stand in
   *  order of track index, tracks without a score last. The array is the caller's. */
  rank(k: number): Int32Array;
}

/** How a baseline is made from a log of sessions. */
export interface BaselineRecipe {
  readonly name: string;
  /** Who defined it, and with which parameters it runs here. */
  readonly source: string;
  fit(sessions: SessionLog): Baseline;
}
