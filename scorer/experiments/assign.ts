import type { ListenerId } from "../../core/domain/ids.ts";
import { type Arm, type Experiment, isRunning } from "./experiment.ts";
import { listenerHash, placeOfHash } from "./listener-hash.ts";

/** An experiment, and the arm that a listener has in it; without one their lists are
 *  interleaved. */
export interface Assignment {
  readonly experiment: Experiment;
  readonly arm: Arm | undefined;
}

/** A listener's part: in the first of the running experiments that has a place for them, always the
 *  same arm. Undefined where none has. */
export function assign(
  experiments: readonly Experiment[],
  listener: ListenerId,
  nowMs: number,
): Assignment | undefined {
  for (const experiment of experiments) {
    if (!isRunning(experiment, nowMs)) continue;
    const assignment = partIn(experiment, listener);
    if (assignment !== undefined) return assignment;
  }
  return undefined;
}

function partIn(experiment: Experiment, listener: ListenerId): Assignment | undefined {
  // A word of its own before the salt: arms must not follow from the hashes that a log holds.
  let left = placeOfHash(listenerHash(listener, `arms:${experiment.salt}`));
  for (const arm of experiment.arms) {
    left -= arm.share;
    if (left < 0) return { experiment, arm };
  }
  left -= experiment.interleavedShare;
  return left < 0 ? { experiment, arm: undefined } : undefined;
}
