import type { Bundle } from "../core/bundle/bundle.ts";
import { TRAINING_DEFAULTS } from "./config.ts";
import { heldShare } from "./held-share.ts";
import { readSequences } from "./read-sequences.ts";
import { type Sequences, splitByTime, type TimeSplit } from "./sequences.ts";
import { planValidation, type ValidationPlan } from "./validation-plan.ts";

/** A log whose tracks are numbered as a bundle's. */
export interface BundleLog {
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  readonly validation: ValidationPlan;
}

/** Reads a log folder for a bundle that is there already, and holds back what a training would.
 *  Throws as `readSequences` does. */
export async function readBundleLog(
  folder: string,
  bundle: Pick<Bundle, "manifest" | "trackIds" | "indexOf">,
  signal?: AbortSignal,
): Promise<BundleLog> {
  const rules = { idleTimeoutMs: bundle.manifest.idle_timeout_ms, trackSupportMin: 1 };
  const sequences = numberedAs(bundle, await readSequences(folder, rules, signal));
  const split = splitByTime(sequences, heldShare(sequences, TRAINING_DEFAULTS));
  const validation = planValidation(split, TRAINING_DEFAULTS);
  return { sequences: split.sequences, split, validation };
}

/** The same log with the bundle's track indices; −1 for a track that the bundle does not know. */
function numberedAs(bundle: Pick<Bundle, "trackIds" | "indexOf">, sequences: Sequences): Sequences {
  const index = sequences.trackIds.map((track) => bundle.indexOf(track) ?? -1);
  const track = sequences.track.map((of) => (of < 0 ? -1 : index[of]!));
  return { ...sequences, track, trackIds: bundle.trackIds };
}
