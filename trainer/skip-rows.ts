import { EVENT_KINDS } from "../core/domain/listening-event.ts";
import type { ModelConfig } from "./config.ts";
import { isUnwanted } from "./event-columns.ts";
import type { Sequences } from "./sequences.ts";
import type { SkipBatch } from "./training-step.ts";
import type { Targets } from "./walks.ts";

const SKIPPED = EVENT_KINDS.indexOf("skipped");
const FINISHED = EVENT_KINDS.indexOf("finished");

/** Whether a log tells skips from plays to the end; where it does not, there is nothing to learn of
 *  skips. */
export function tellsSkips({ features }: Pick<Sequences, "features">): boolean {
  return features.kind.includes(SKIPPED) && features.kind.includes(FINISHED);
}

export interface SkipRowsPlan {
  readonly sequences: Sequences;
  readonly targets: Targets;
  readonly config: Pick<ModelConfig, "skipHeadWeight" | "skipPushWeight">;
  /** [tracks]: ln of how often each track occurs. */
  readonly logSupport: Float32Array;
}

/** Fills what a step learns from skips. `event` [rows] is the heard event of each row, −1 for none.
 *
 *  The head learns from the walk's next event where it is a play to the end or a skip. A track that
 *  was skipped or disliked is pushed down the more, the less of it was played; its score is
 *  corrected by the raw count as that of a right answer is, since skips come as often as plays. */
export function fillSkips(
  target: SkipBatch,
  event: Int32Array,
  { sequences, targets, config, logSupport }: SkipRowsPlan,
): void {
  const { track, features } = sequences;
  const rows = event.length;
  for (let row = 0; row < rows; row++) {
    const heard = event[row]!;
    // An event without an answer is the last of its walk: what stands behind it is another's.
    const next = heard >= 0 && targets.answerAfter(heard) >= 0 ? heard + 1 : -1;
    const kind = next < 0 ? -1 : features.kind[next]!;
    const tells = (kind === SKIPPED || kind === FINISHED) && track[next]! >= 0;
    target.next[row] = tells ? track[next]! : -1;
    target.labels[row] = kind === SKIPPED ? 1 : 0;
    target.weights[row] = tells ? config.skipHeadWeight / rows : 0;
    const pushed = heard >= 0 && track[heard]! >= 0 && isUnwanted(features, heard);
    const early = pushed ? 1 - features.fractionPlayed[heard]! : 0;
    target.pushWeights[row] = (config.skipPushWeight * early) / rows;
    target.pushCorrection[row] = pushed ? -logSupport[track[heard]!]! : 0;
  }
}
