import { type Estimate, estimateOf } from "./confidence.ts";
import { ratioOf } from "./ratio.ts";

/** A pick whose chance was logged, seen by a new policy. */
export interface LoggedPick {
  /** Whose it was: picks of one listener are no draws of their own. */
  readonly listener: string;
  /** How likely the policy that made it was to make it, above 0. */
  readonly propensity: number;
  /** How likely the new policy would have been. */
  readonly wanted: number;
  /** What came of it. */
  readonly reward: number;
  /** What a model expected of it, without having seen it. */
  readonly expected: number;
  /** What the model expects of the new policy's own pick: Σ chance · expectation. */
  readonly expectedOfWanted: number;
}

/** What a new policy would have earned a pick. */
export interface PolicyEstimates {
  readonly picks: number;
  readonly listeners: number;
  /** What was earned. */
  readonly logged: Estimate;
  readonly snips: Estimate;
  readonly doublyRobust: Estimate;
  /** The mean of wanted / propensity. It is 1 but for chance where every pick that the new policy
   *  can make could have been logged; where its interval ends below 1 the estimates leave out what
   *  never could. */
  readonly meanWeight: Estimate;
  /** How many picks of the new policy's own would say as much: (Σ w)² / Σ w². */
  readonly effectivePicks: number;
}

/** Estimates from picks of logged propensity, with errors over whole listeners.
 *
 *  Self-normalised importance sampling, Σ w r / Σ w with w = wanted / propensity: Swaminathan and
 *  Joachims 2015, "The self-normalized estimator for counterfactual learning", section 4. Doubly
 *  robust, the mean of expectedOfWanted + w (r − expected): Dudík, Langford and Li 2011 (arXiv
 *  1103.4601), section 3. */
export function estimatePolicy(picks: readonly LoggedPick[], tightAt: number): PolicyEstimates {
  const weightOf = ({ wanted, propensity }: LoggedPick) => wanted / propensity;
  const estimate = (above: (pick: LoggedPick) => number, below: (pick: LoggedPick) => number) => {
    const { value, error, count } = ratioOf(byListener(picks, above, below));
    return estimateOf(value, error, { count, tightAt });
  };
  const one = () => 1;
  const weights = picks.map(weightOf);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  return {
    picks: picks.length,
    listeners: new Set(picks.map(({ listener }) => listener)).size,
    logged: estimate(({ reward }) => reward, one),
    snips: estimate((pick) => weightOf(pick) * pick.reward, weightOf),
    doublyRobust: estimate(
      (pick) => pick.expectedOfWanted + weightOf(pick) * (pick.reward - pick.expected),
      one,
    ),
    meanWeight: estimate(weightOf, one),
    effectivePicks: squares === 0 ? 0 : (sum * sum) / squares,
  };
}

/** Sums over each listener's picks. */
function byListener(
  picks: readonly LoggedPick[],
  above: (pick: LoggedPick) => number,
  below: (pick: LoggedPick) => number,
): readonly [number, number][] {
  const sums = new Map<string, [number, number]>();
  for (const pick of picks) {
    const sum = sums.get(pick.listener) ?? [0, 0];
    sum[0] += above(pick);
    sum[1] += below(pick);
    sums.set(pick.listener, sum);
  }
  return [...sums.values()];
}
