import { type Random, seededRandom } from "../random.ts";

/** Sums of one figure by session: its mean is Σ sums / Σ predictions. */
export interface SessionSums {
  /** [sessions]: predictions of each session, the same for every model. */
  readonly predictions: Float64Array;
  /** By model, [sessions]: the figure summed over the session's predictions. */
  readonly sums: Readonly<Record<string, Float64Array>>;
}

/** The middle 95% of resamples. */
export type Interval = readonly [low: number, high: number];

export interface Difference {
  readonly difference: number;
  readonly interval: Interval;
  /** Two-sided sign test over sessions: the chance of so many wins were both as good. */
  readonly sign_test_p: number;
}

export interface Comparison {
  readonly intervals: Readonly<Record<string, Interval>>;
  /** The subject's mean minus each other model's, paired: on the same resamples. */
  readonly differences: Readonly<Record<string, Difference>>;
}

/** Percentile bootstrap (Efron & Tibshirani 1993, chapter 13) over whole sessions, since the
 *  predictions of one session are not independent. The same seed gives the same intervals. */
export function compareModels(
  figures: SessionSums,
  subject: string,
  { seed, resamples }: { readonly seed: number; readonly resamples: number },
): Comparison {
  const models = Object.keys(figures.sums);
  const means = resampledMeans(figures, resamples, seededRandom(seed, "bootstrap"));
  const others = models.filter((model) => model !== subject);
  const differenceTo = (model: string): Difference => ({
    difference: mean(figures, subject) - mean(figures, model),
    interval: middle(means[subject]!.map((value, index) => value - means[model]![index]!)),
    sign_test_p: signTest(figures.sums[subject]!, figures.sums[model]!),
  });
  return {
    intervals: Object.fromEntries(models.map((model) => [model, middle(means[model]!)])),
    differences: Object.fromEntries(others.map((model) => [model, differenceTo(model)])),
  };
}

function mean({ predictions, sums }: SessionSums, model: string): number {
  const total = predictions.reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : sums[model]!.reduce((sum, value) => sum + value, 0) / total;
}

/** By model, [resamples]. */
function resampledMeans(
  { predictions, sums }: SessionSums,
  resamples: number,
  random: Random,
): Record<string, Float64Array> {
  const means = Object.fromEntries(
    Object.keys(sums).map((model) => [model, new Float64Array(resamples)]),
  );
  const drawn = new Int32Array(predictions.length);
  for (let sample = 0; sample < resamples; sample++) {
    let total = 0;
    for (let index = 0; index < drawn.length; index++) {
      const session = Math.floor(random() * drawn.length);
      drawn[index] = session;
      total += predictions[session]!;
    }
    for (const [model, ofModel] of Object.entries(sums)) {
      let sum = 0;
      for (let index = 0; index < drawn.length; index++) sum += ofModel[drawn[index]!]!;
      means[model]![sample] = total === 0 ? 0 : sum / total;
    }
  }
  return means;
}

/** The middle 95% of `values`. */
export function middle(values: Float64Array): Interval {
  const rising = values.toSorted();
  const at = (share: number) => rising[Math.round(share * (rising.length - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}

/** The sign test's two-sided p by the normal approximation with continuity correction; sessions in
 *  which both are as good say nothing. */
export function signTest(one: Float64Array, other: Float64Array): number {
  let wins = 0;
  let losses = 0;
  for (const [index, value] of one.entries()) {
    if (value > other[index]!) wins += 1;
    else if (value < other[index]!) losses += 1;
  }
  const decided = wins + losses;
  if (decided === 0) return 1;
  const z = Math.max(0, Math.abs(wins - losses) - 1) / Math.sqrt(decided);
  return twoSidedP(z);
}

/** The chance that a standard normal draw is as far from 0 as `z`. */
export function twoSidedP(z: number): number {
  return 2 * (1 - normalBelow(Math.abs(z)));
}

/** The standard normal distribution function, to 1.5e-7: Abramowitz & Stegun 1964, 7.1.26. */
function normalBelow(z: number): number {
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2);
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1 - 0.5 * series * Math.exp((-z * z) / 2);
}
