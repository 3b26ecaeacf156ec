import { logisticRegression } from "../logistic-regression.ts";
import type { LoggedPick } from "./policy-estimates.ts";

/** A pick with all that the new policy could have picked instead. */
export interface PickContext {
  readonly listener: string;
  readonly propensity: number;
  /** The new policy's options, the best first, and where the logged pick is among them; −1 where it
   *  is not. */
  readonly options: readonly PickOption[];
  readonly at: number;
  /** 0 or 1. */
  readonly reward: 0 | 1;
}

export interface PickOption {
  /** By the new policy. */
  readonly chance: number;
  readonly score: number;
  /** The natural logarithm of the track's share of plays. */
  readonly popularity: number;
}

const SIGNS = 4;
const RIDGE = 1;

/** What a logistic regression expects of picks, each by what it learned from other listeners: the
 *  even ones' from the odd ones and the reverse. It knows a pick by the new policy's score of it,
 *  above the mean and below the best, and by its popularity. A doubly robust estimate is right
 *  whatever it expects, and the surer the better it is. */
export function withExpectations(contexts: readonly PickContext[]): readonly LoggedPick[] {
  const halves = halvesOf(contexts);
  const weights = [learn(contexts, halves, 1), learn(contexts, halves, 0)] as const;
  return contexts.map((context, index) => {
    const own = weights[halves[index]!]!;
    const expectations = signsOf(context).map((signs) => chanceOf(own, signs));
    const { listener, propensity, options, at, reward } = context;
    return {
      listener,
      propensity,
      reward,
      wanted: options[at]?.chance ?? 0,
      expected: expectations[at] ?? 0,
      expectedOfWanted: options.reduce(
        (sum, { chance }, option) => sum + chance * expectations[option]!,
        0,
      ),
    };
  });
}

/** 0 or 1 by context, the same for all of a listener's. */
function halvesOf(contexts: readonly PickContext[]): readonly (0 | 1)[] {
  const known = new Map<string, 0 | 1>();
  return contexts.map(({ listener }) => {
    const half = known.get(listener) ?? ((known.size % 2) as 0 | 1);
    known.set(listener, half);
    return half;
  });
}

/** [SIGNS]: learned from the contexts of one half whose pick is among the options. */
function learn(
  contexts: readonly PickContext[],
  halves: readonly (0 | 1)[],
  half: 0 | 1,
): Float64Array {
  const from = contexts.filter(({ at }, index) => at !== -1 && halves[index] === half);
  const signs = new Float64Array(from.length * SIGNS);
  for (const [row, context] of from.entries()) {
    signs.set(signsOf(context)[context.at]!, row * SIGNS);
  }
  const labels = Uint8Array.from(from, ({ reward }) => reward);
  return logisticRegression({ signs, labels, width: SIGNS }, RIDGE);
}

/** By option, [SIGNS]. */
function signsOf({ options }: PickContext): readonly (readonly number[])[] {
  const best = Math.max(...options.map(({ score }) => score));
  const mean = options.reduce((sum, { score }) => sum + score, 0) / Math.max(1, options.length);
  return options.map(({ score, popularity }) => {
    return [1, score - mean, best - score, popularity / POPULARITY_SCALE];
  });
}

/** A logarithm of a share is around −8. */
const POPULARITY_SCALE = 8;

function chanceOf(weights: Float64Array, signs: readonly number[]): number {
  const logit = signs.reduce((sum, sign, index) => sum + sign * weights[index]!, 0);
  return 1 / (1 + Math.exp(-logit));
}
