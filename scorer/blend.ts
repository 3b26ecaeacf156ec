import type { BlendWeights } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import type { Rung } from "./recommendation.ts";
import type { Tastes } from "./retrieval/retriever.ts";

export interface Blend {
  readonly rung: Rung;
  /** What the search uses: 0 for a model without a taste. */
  readonly weights: BlendWeights;
}

/** The rung and the weights that answer, of those that were wanted and the tastes that there
 *  are. A weight of 0 is a wish: that model is not called in where the other fails. Where no
 *  model is left, popularity answers alone. */
export function chooseBlend(wanted: BlendWeights, tastes: Tastes): Blend {
  const short = tastes.short === undefined ? 0 : wanted.short;
  const long = tastes.long === undefined ? 0 : wanted.long;
  if (short === 0 && long === 0) {
    return { rung: "popularity", weights: { short: 0, long: 0, popularity: 1 } };
  }
  const weights = { short, long, popularity: wanted.popularity };
  if (long === 0) return { rung: "short_term", weights };
  return { rung: short === 0 ? "long_term" : "blend", weights };
}

/** Weights are at most this, so that no score leaves float32. */
export const WEIGHT_MAX = 1e6;

/** Throws `bad_request` naming the field of `prefix` at fault, as the caller would write it. */
export function checkWeights(weights: BlendWeights, prefix: string): BlendWeights {
  const named = [
    ["short_term", weights.short],
    ["long_term", weights.long],
    ["popularity", weights.popularity],
  ] as const;
  for (const [name, weight] of named) {
    if (weight >= 0 && weight <= WEIGHT_MAX) continue;
    const field = `${prefix}.${name}`;
    throw new Failure("bad_request", `${field} is ${weight}, not 0 to ${WEIGHT_MAX}`, { field });
  }
  if (named.every(([, weight]) => weight === 0)) {
    throw new Failure("bad_request", `${prefix} has no weight above 0`, { field: prefix });
  }
  return weights;
}
