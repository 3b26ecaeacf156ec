import { compareModels, type Difference, type Interval, type SessionSums } from "./bootstrap.ts";
import { type RankFigures, rankCountsOf, rankFigures } from "./rank-counts.ts";

/** The figures that are compared with intervals. */
export const COMPARED = ["recall@20", "mrr@20"] as const;
export type Compared = (typeof COMPARED)[number];

export interface ComparedFigures extends RankFigures {
  /** 95% intervals, from resampled sessions. */
  readonly intervals: Readonly<Record<Compared, Interval>>;
  /** The subject's figure minus this one, paired; absent for the subject itself. */
  readonly blend_minus?: Readonly<Record<Compared, Difference>>;
}

const SEED = 1;
const RESAMPLES = 1000;

/** Figures with intervals of several models on the same predictions, and the paired interval of one
 *  of them, the subject, minus each other. */
export function compareRanks(
  /** By model, [predictions]: ranks from 1, 0 being none. */
  ranks: ReadonlyMap<string, Uint8Array>,
  /** [predictions]: the session that each belongs to. */
  session: Int32Array,
  subject: string,
): ReadonlyMap<string, ComparedFigures> {
  const draw = { seed: SEED, resamples: RESAMPLES };
  const comparisons = COMPARED.map((figure) => {
    return [figure, compareModels(sessionSums(ranks, session, figure), subject, draw)] as const;
  });
  const figuresOf = (model: string, ranked: Uint8Array): ComparedFigures => ({
    ...rankFigures(rankCountsOf(ranked)),
    intervals: pick(comparisons, ({ intervals }) => intervals[model]!),
    ...(model !== subject && {
      blend_minus: pick(comparisons, ({ differences }) => differences[model]!),
    }),
  });
  return new Map(Array.from(ranks, ([model, ranked]) => [model, figuresOf(model, ranked)]));
}

function pick<From, To>(
  figures: readonly (readonly [Compared, From])[],
  choose: (from: From) => To,
): Record<Compared, To> {
  const entries = figures.map(([figure, from]) => [figure, choose(from)]);
  return Object.fromEntries(entries) as Record<Compared, To>;
}

/** Adds up by session what each rank is worth for a figure. */
function sessionSums(
  ranks: ReadonlyMap<string, Uint8Array>,
  session: Int32Array,
  figure: Compared,
): SessionSums {
  const number = new Map<number, number>();
  const row = session.map((of) => {
    if (!number.has(of)) number.set(of, number.size);
    return number.get(of)!;
  });
  const add = (worth: (prediction: number) => number): Float64Array => {
    const sums = new Float64Array(number.size);
    for (const [prediction, at] of row.entries()) sums[at]! += worth(prediction);
    return sums;
  };
  const worth = (rank: number) => (rank === 0 ? 0 : figure === "mrr@20" ? 1 / rank : 1);
  return {
    predictions: add(() => 1),
    sums: Object.fromEntries(
      [...ranks].map(([model, of]) => [model, add((prediction) => worth(of[prediction]!))]),
    ),
  };
}
