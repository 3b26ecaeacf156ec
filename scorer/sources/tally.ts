import type { SparseScores } from "../retrieval/retriever.ts";
import type { SourcePlan } from "./source-plan.ts";

/** Where the sources count what they say of tracks; `tally.as.ts` says what is there. */
export interface TallyPlaces {
  readonly rows: number;
  readonly tracks: number;
  readonly values: number;
  readonly count: number;
}

/** `weights`, [count]: what each track's sum counts for the source that weighs them. */
export function planTally(
  plan: SourcePlan,
  count: number,
  weights: Float64Array | undefined,
): TallyPlaces {
  const rows = new Float64Array(2 * count);
  for (let track = 0; track < count; track++) rows[2 * track + 1] = weights?.[track] ?? 1;
  return {
    rows: plan.holding(rows),
    tracks: plan.empty((count + 1) * 4),
    values: plan.empty((count + 1) * 4),
    count,
  };
}

/** A place for the kernel's `Tally`, word by word. */
export function planTallyTask(
  plan: SourcePlan,
  { rows, tracks, values }: TallyPlaces,
  sharpness: number,
): number {
  const words = new Uint32Array(6);
  words.set([rows, tracks, values]);
  new Float64Array(words.buffer)[2] = sharpness;
  return plan.holding(words);
}

/** Copies what is said of the first `size` tracks that were met. */
export function tallyReader(
  buffer: SharedArrayBuffer,
  { tracks, values, count }: TallyPlaces,
): (size: number) => SparseScores {
  const met = new Uint32Array(buffer, tracks, count);
  const said = new Float32Array(buffer, values, count);
  return (size) => ({ tracks: met.slice(0, size), values: said.slice(0, size) });
}
