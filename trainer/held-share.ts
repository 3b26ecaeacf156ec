import type { TrainingConfig } from "./config.ts";
import type { Sequences } from "./sequences.ts";

const SHARE_MIN = 0.05;
const SHARE_MAX = 0.15;

/** Which share of a log's sessions, by time, is held back: the configuration's, or where that is
 *  null as much as gives `validationPredictionsMax` predictions, from 5% of a large log to 15% of
 *  a small one. */
export function heldShare(
  { track, sessionOrder }: Pick<Sequences, "track" | "sessionOrder">,
  rules: Pick<TrainingConfig, "validationShare" | "validationPredictionsMax">,
): number {
  if (rules.validationShare !== null) return rules.validationShare;
  const predictions = Math.max(1, track.length - sessionOrder.length);
  return Math.min(SHARE_MAX, Math.max(SHARE_MIN, rules.validationPredictionsMax / predictions));
}
