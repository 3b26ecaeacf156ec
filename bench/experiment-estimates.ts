import { chancesOf } from "../scorer/rules/choose.ts";
import { estimatePolicy, type PolicyEstimates } from "../trainer/experiments/policy-estimates.ts";
import { type PickContext, withExpectations } from "../trainer/experiments/reward-model.ts";
import { type Chance, drawWeighted, seededChance } from "../trainer/simulate/chance.ts";
import {
  drawAsked,
  makePeople,
  type People,
  type Recommender,
  scoresOf,
  skipChance,
} from "./experiment-world.ts";

/** How far estimates of a new policy are from what the world knows it would have earned, as parts
 *  of that, over many logs. */
export interface EstimateFigures {
  readonly logs: number;
  readonly picksEach: number;
  /** Means over logs. */
  readonly truth: number;
  readonly logged: number;
  readonly worstError: Readonly<Record<EstimatorName, number>>;
  readonly meanError: Readonly<Record<EstimatorName, number>>;
  /** Share of logs whose interval of 95% holds the truth. */
  readonly covered: Readonly<Record<EstimatorName, number>>;
}

export const ESTIMATOR_NAMES = ["snips", "doublyRobust"] as const;
type EstimatorName = (typeof ESTIMATOR_NAMES)[number];

/** The policy that made the logs, exploring, and the one that would do without popularity. */
const LOGGING: Recommender = { fit: 2, popularity: 0.6 };
const WANTED: Recommender = { fit: 4, popularity: 0 };
const EXPLORATION = { uniform: 0.1, temperature: 1 };
const PICKS_A_LISTENER = 4;
const TIGHT_AT = 1_000;

export function estimateOften(logs: number, picksEach: number, seed: number): EstimateFigures {
  const people = makePeople(seed);
  const all = Array.from({ length: logs }, (_, log) => {
    return estimateOnce(people, picksEach, seededChance(seed, `log ${log}`));
  });
  const by = (value: (name: EstimatorName) => number) =>
    Object.fromEntries(ESTIMATOR_NAMES.map((name) => [name, value(name)])) as Record<
      EstimatorName,
      number
    >;
  const errors = (name: EstimatorName) =>
    all.map(({ estimates, truth }) => Math.abs(estimates[name].value - truth) / truth);
  return {
    logs,
    picksEach,
    truth: mean(all.map(({ truth }) => truth)),
    logged: mean(all.map(({ estimates }) => estimates.logged.value)),
    worstError: by((name) => Math.max(...errors(name))),
    meanError: by((name) => mean(errors(name))),
    covered: by((name) =>
      mean(all.map(({ estimates, truth }) => (holds(estimates[name].interval, truth) ? 1 : 0))),
    ),
  };
}

interface Estimated {
  readonly estimates: PolicyEstimates;
  /** What the new policy would have earned in the same situations, in expectation. */
  readonly truth: number;
}

function estimateOnce(people: People, picks: number, chance: Chance): Estimated {
  const contexts: PickContext[] = [];
  let truth = 0;
  for (let pick = 0; pick < picks; pick++) {
    const number = Math.floor(pick / PICKS_A_LISTENER);
    const listener = people.listeners[(number * 7) % people.listeners.length]!;
    const asked = drawAsked(people, listener, chance);
    const logging = chancesOf(scoresOf(people, asked, LOGGING), EXPLORATION);
    const scores = scoresOf(people, asked, WANTED);
    const wanted = chancesOf(scores, EXPLORATION);
    const plays = asked.options.map((track) => 1 - skipChance(people, asked, track));
    const at = drawWeighted(chance, logging);
    truth += wanted.reduce((sum, each, option) => sum + each * plays[option]!, 0) / picks;
    contexts.push({
      listener: `listener-${number}`,
      propensity: logging[at]!,
      at,
      reward: chance.uniform() < plays[at]! ? 1 : 0,
      options: asked.options.map((track, option) => ({
        chance: wanted[option]!,
        score: scores[option]!,
        popularity: Math.log(people.world.tracks[track]!.popularity),
      })),
    });
  }
  return { truth, estimates: estimatePolicy(withExpectations(contexts), TIGHT_AT) };
}

function holds([low, high]: readonly [number, number], value: number): boolean {
  return value >= low && value <= high;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
