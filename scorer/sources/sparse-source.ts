import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseScores } from "../retrieval/retriever.ts";
import type { ScanKernels } from "../retrieval/scan-memory.ts";

/** Scores the tracks that it has something to say of, given a session's plays, the last one
 *  first; a track may be among them more than once. */
export type SparseSource = (session: readonly TrackIndex[]) => SparseScores;

/** The tracks of these plays, each where it is met first. */
export function eachOnce(plays: readonly TrackIndex[]): TrackIndex[] {
  return [...new Set(plays)];
}

/** Where the sources were laid out, for this thread. */
export interface SourceMemory {
  readonly buffer: SharedArrayBuffer;
  readonly kernels: ScanKernels;
  /** Copies what the last source has said of so many tracks. */
  readonly said: (size: number) => SparseScores;
}
