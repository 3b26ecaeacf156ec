import type { Interval } from "../evaluate/bootstrap.ts";

/** The error that intervals of 95% allow. */
const ALPHA = 0.05;
/** The standard normal quantile of 1 − α/2. */
const NORMAL_QUANTILE = 1.959963984540054;

/** How sure an estimate is. */
export interface Estimate {
  readonly value: number;
  /** Holds at one time that was fixed before: who looks again and again is wrong more often. */
  readonly interval: Interval;
  /** Holds at all times at once, however often it is looked and whenever one stops. */
  readonly sequentialInterval: Interval;
}

/** Half an interval of 95% for a mean with the standard error `error`. */
export function fixedRadius(error: number): number {
  return NORMAL_QUANTILE * error;
}

/** Half an asymptotic confidence sequence of 95% for a mean of `count` draws with the standard
 *  error `error`, tightest at `tightAt` draws: with σ = error · √t
 *
 *    σ √( 2 (t ρ² + 1) / (t² ρ²) · ln( √(t ρ² + 1) / α ) ).
 *
 *  Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021 (arXiv 2103.06476), theorem 2.2; ρ
 *  by their approximation of the best one for a time. */
export function sequentialRadius(
  error: number,
  { count, tightAt }: { readonly count: number; readonly tightAt: number },
): number {
  if (count === 0) return Number.POSITIVE_INFINITY;
  const odds = -2 * Math.log(ALPHA);
  const precision = (odds + Math.log(odds + 1)) / tightAt;
  const scaled = count * precision + 1;
  const spread = ((2 * scaled) / (count * precision)) * Math.log(Math.sqrt(scaled) / ALPHA);
  return error * Math.sqrt(spread);
}

/** Both intervals around a value. */
export function estimateOf(
  value: number,
  error: number,
  draws: { readonly count: number; readonly tightAt: number },
): Estimate {
  const around = (radius: number): Interval => [value - radius, value + radius];
  return {
    value,
    interval: around(fixedRadius(error)),
    sequentialInterval: around(sequentialRadius(error, draws)),
  };
}
