import type { BlendWeights, SourceName } from "../core/bundle/manifest.ts";
import type { Hurry, LeftOut, NextTracksQuery } from "./recommendation.ts";

/** Of each hurry, what costs most for what it gives first; popularity is what is left. */
const LEFT_OUT: readonly (readonly LeftOut[])[] = [
  [],
  ["explain", "skip_probability", "neighbours"],
  ["explain", "skip_probability", "neighbours", "long"],
  ["explain", "skip_probability", "neighbours", "long", "coplay", "short"],
];

/** From these parts of the longest wait on, lists are made in more of a hurry. */
const HURRY_FROM = [1 / 4, 1 / 2, 3 / 4] as const;

/** The hurry of a call that has to wait for such a part, 0 to 1, of what it may. */
export function hurryAt(waitShare: number): Hurry {
  return HURRY_FROM.filter((from) => waitShare >= from).length as Hurry;
}

/** The request without what its hurry leaves out, and what that is: only what it asked for. A list
 *  along a path is made of one model alone, and stays as it is. */
export function hurried(
  query: NextTracksQuery,
  weights: BlendWeights,
): { readonly query: NextTracksQuery; readonly leftOut: readonly LeftOut[] } {
  const { hurry = 0, path } = query;
  if (hurry === 0 || path !== undefined) return { query, leftOut: [] };
  const leftOut = LEFT_OUT[hurry]!.filter((what) => {
    if (what === "explain") return query.explainEvents !== undefined;
    if (what === "skip_probability") return query.withSkipProbability === true;
    return weights[what] > 0;
  });
  const less = { ...weights };
  for (const what of leftOut) if (what in less) less[what as SourceName] = 0;
  return {
    query: { ...query, weights: less, explainEvents: undefined, withSkipProbability: false },
    leftOut,
  };
}
