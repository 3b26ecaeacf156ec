import { type BlendWeights, NO_WEIGHTS } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import type { ModelName } from "../core/domain/ids.ts";
import type { Rung } from "./recommendation.ts";
import type { RetrievalQuery, SparseName } from "./retrieval/retriever.ts";

export interface Blend {
  readonly rung: Rung;
  /** What the search uses: 0 for a model without a taste, and for a source without a word. */
  readonly weights: BlendWeights;
}

/** The rung and the weights that answer, of those that were wanted and of what has something to
 *  say. A weight of 0 is a wish: that source is not called in where another fails. Where no model
 *  is left, what others played beside the session's tracks answers; where there is none of that,
 *  popularity alone. */
export function chooseBlend(wanted: BlendWeights, { tastes, sparse = {} }: Spoken): Blend {
  const used = (name: ModelName | SparseName, speaks: unknown) => {
    return speaks === undefined ? 0 : wanted[name];
  };
  const weights = {
    short: used("short", tastes.short),
    long: used("long", tastes.long),
    neighbours: used("neighbours", sparse.neighbours),
    coplay: used("coplay", sparse.coplay),
    popularity: wanted.popularity,
  };
  const { short, long, neighbours, coplay } = weights;
  if (short > 0) return { rung: long > 0 ? "blend" : "short_term", weights };
  if (long > 0) return { rung: "long_term", weights };
  if (neighbours > 0 || coplay > 0) return { rung: "coplay", weights };
  return { rung: "popularity", weights: { ...NO_WEIGHTS, popularity: 1 } };
}

type Spoken = Pick<RetrievalQuery, "tastes" | "sparse">;

/** Weights are at most this, so that no score leaves float32. */
export const WEIGHT_MAX = 1e6;

/** Throws `bad_request` naming the field of `prefix` at fault, as the caller would write it. */
export function checkWeights(weights: BlendWeights, prefix: string): BlendWeights {
  const named = [
    ["short_term", weights.short],
    ["long_term", weights.long],
    ["neighbours", weights.neighbours],
    ["coplay", weights.coplay],
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
