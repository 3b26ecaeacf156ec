import { UsageError } from "../command.ts";

/** A stretch of load at one rate. */
export interface Stage {
  /** Jobs a second. */
  readonly rate: number;
  readonly seconds: number;
  /** When each job is due, in milliseconds from the stage's begin; evenly where it is not given. */
  readonly duesMs?: readonly number[];
}

/** One stage of `rate`, or with `ramp` (`FROM:TO:STEPS`) a staircase of as many, each as long. */
export function stagesOf(
  rate: number,
  seconds: number,
  ramp: string | undefined,
): readonly Stage[] {
  if (!(rate > 0 && seconds > 0)) throw new UsageError("--rate and --seconds must be above 0");
  if (ramp === undefined) return [{ rate, seconds }];
  const [from, to, steps, ...more] = ramp.split(":").map(Number);
  const isRamp = from! > 0 && to! > from! && Number.isInteger(steps) && steps! > 1;
  if (!isRamp || more.length > 0) {
    throw new UsageError(`--ramp must be FROM:TO:STEPS, as 100:1000:10, not "${ramp}"`);
  }
  return Array.from({ length: steps! }, (_, step) => ({
    rate: from! + ((to! - from!) * step) / (steps! - 1),
    seconds,
  }));
}

/** What a percentile must not be above, from `p99=25ms`. */
export interface Objective {
  readonly percentile: number;
  readonly ms: number;
}

export function objectiveOf(text: string): Objective {
  const [, percentile, ms] = /^p(\d+(?:\.\d+)?)=(\d+(?:\.\d+)?)ms$/.exec(text) ?? [];
  if (percentile === undefined || Number(percentile) > 100 || Number(percentile) <= 0) {
    throw new UsageError(`--objective must be like p99=25ms, not "${text}"`);
  }
  return { percentile: Number(percentile), ms: Number(ms) };
}
