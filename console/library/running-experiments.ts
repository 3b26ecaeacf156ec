import type { RunningExperiment } from "../../proto/gen/segue/v1/console.ts";
import { type Experiment, isRunning } from "../../scorer/experiments/experiment.ts";

/** The experiments that run at `nowMs`, in milliseconds since 1970-01-01 UTC, in the order in which
 *  listeners come into them. */
export function runningExperiments(
  experiments: readonly Experiment[],
  nowMs: number,
): RunningExperiment[] {
  const running = experiments.filter((experiment) => isRunning(experiment, nowMs));
  return running.map(({ name, arms, control, interleavedShare }) => ({
    name,
    arms: arms
      .map((arm) => ({ arm: arm.name, share: arm.share, bundle: folderName(arm.bundle) }))
      .sort((one, other) => Number(other.arm === control) - Number(one.arm === control)),
    interleavedShare,
  }));
}

function folderName(folder = ""): string {
  return folder.split(/[\\/]/).findLast((name) => name !== "") ?? "";
}
