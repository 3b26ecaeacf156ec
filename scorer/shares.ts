import { type BlendWeights, NO_WEIGHTS } from "../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../core/domain/ids.ts";
import type { ModelSpace, RetrievalQuery, SparseName, TrackSpace } from "./retrieval/retriever.ts";

/** What the average track scores by, for every query: the average of dot products is the dot
 *  product with the average vector. */
export interface Averages {
  readonly count: number;
  readonly models: Readonly<Partial<Record<ModelName, ModelAverage>>>;
  readonly popularity: number;
}

interface ModelAverage {
  /** [D] */
  readonly vector: Float64Array;
  readonly bias: number;
}

export function catalogueAverages(space: TrackSpace): Averages {
  const models: Partial<Record<ModelName, ModelAverage>> = {};
  for (const name of MODEL_NAMES) {
    const model = space.models[name];
    if (model === undefined) continue;
    models[name] = {
      vector: averageVector(model, space.count),
      bias: average(model.bias),
    };
  }
  return { count: space.count, models, popularity: average(space.popularity) };
}

/** What each source adds to the average track's score in this search. */
export function averageParts(
  averages: Averages,
  query: Pick<RetrievalQuery, "tastes" | "sparse" | "weights">,
): BlendWeights {
  const { tastes, sparse, weights } = query;
  const part = (name: ModelName): number => {
    const taste = tastes[name];
    const model = averages.models[name];
    if (taste === undefined || model === undefined || weights[name] === 0) return 0;
    let sum = model.bias;
    for (let column = 0; column < taste.length; column++) {
      sum += taste[column]! * model.vector[column]!;
    }
    return weights[name] * sum;
  };
  const sparsePart = (name: SparseName): number => {
    const values = sparse?.[name]?.values ?? NO_VALUES;
    let sum = 0;
    for (let at = 0; at < values.length; at++) sum += values[at]!;
    return (weights[name] * sum) / Math.max(1, averages.count);
  };
  return {
    short: part("short"),
    long: part("long"),
    neighbours: sparsePart("neighbours"),
    coplay: sparsePart("coplay"),
    popularity: weights.popularity * averages.popularity,
  };
}

const NO_VALUES = new Float32Array(0);

/** How far each source lifts a track above the average one. */
export function contributionsOf(parts: BlendWeights, average: BlendWeights): BlendWeights {
  return {
    short: parts.short - average.short,
    long: parts.long - average.long,
    neighbours: parts.neighbours - average.neighbours,
    coplay: parts.coplay - average.coplay,
    popularity: parts.popularity - average.popularity,
  };
}

/** The lifts that are above 0, as parts of 1. Where none is, no source speaks for the track and it
 *  counts as popularity's. */
export function sharesOf(contributions: BlendWeights): BlendWeights {
  const short = Math.max(0, contributions.short);
  const long = Math.max(0, contributions.long);
  const neighbours = Math.max(0, contributions.neighbours);
  const coplay = Math.max(0, contributions.coplay);
  const popularity = Math.max(0, contributions.popularity);
  const sum = short + long + neighbours + coplay + popularity;
  if (!(sum > 0)) return { ...NO_WEIGHTS, popularity: 1 };
  return {
    short: short / sum,
    long: long / sum,
    neighbours: neighbours / sum,
    coplay: coplay / sum,
    popularity: popularity / sum,
  };
}

function averageVector({ vectors, dimension }: ModelSpace, count: number): Float64Array {
  const sum = new Float64Array(dimension);
  for (let row = 0; row < count; row++) {
    const start = row * dimension;
    for (let column = 0; column < dimension; column++) {
      sum[column]! += vectors[start + column]!;
    }
  }
  return sum.map((value) => value / Math.max(1, count));
}

function average(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
