import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import type { ModelSpace, Tastes, TrackSpace } from "../../scorer/retrieval/retriever.ts";
import type { StopCheck } from "../train-epoch.ts";

/** Tracks as points that are near each other where most queries score them alike. */
export interface ClusterPoints {
  readonly count: number;
  readonly width: number;
  /** Writes the points of `tracks` to `target` [tracks, width]. */
  gather(tracks: Int32Array, target: Float32Array): void;
}

/** What is searched for: tastes, and the weights by which they count. */
export interface SampledQueries {
  readonly tastes: readonly Tastes[];
  readonly weightings: readonly BlendWeights[];
}

/** Long work for these. */
export interface QueryWork {
  readonly queries: SampledQueries;
  readonly progress: (done: number, total: number) => void;
  readonly stopCheck: StopCheck;
}

/** A track's vectors of both models with their biases, and its popularity, side by side, each
 *  stretched by how much it moves scores: by the mean square of what queries multiply it with,
 *  where each weighting's scores are first brought to one variance. */
export function clusterPoints(space: TrackSpace, queries: SampledQueries): ClusterPoints {
  const parts = partsOf(space);
  const width = parts.reduce((sum, { dimension }) => sum + dimension, 0);
  const stretches = stretchesOf(parts, queries);
  return {
    count: space.count,
    width,
    gather(tracks, target) {
      let column = 0;
      for (const [part, { values, dimension }] of parts.entries()) {
        const stretch = stretches[part]!;
        for (let row = 0; row < tracks.length; row++) {
          const from = tracks[row]! * dimension;
          const to = row * width + column;
          for (let at = 0; at < dimension; at++) target[to + at] = stretch * values[from + at]!;
        }
        column += dimension;
      }
    },
  };
}

/** Numbers of each track that one kind of factor multiplies. */
interface Part {
  readonly values: Float32Array;
  readonly dimension: number;
  /** The mean square of a query's factors. */
  factors(tastes: readonly Tastes[], weights: BlendWeights): number;
}

function partsOf({ models, popularity }: TrackSpace): readonly Part[] {
  const parts: Part[] = [];
  for (const name of MODEL_NAMES) {
    const model = models[name];
    if (model !== undefined) parts.push(...modelParts(name, model));
  }
  const factors = (_: readonly Tastes[], weights: BlendWeights) => weights.popularity ** 2;
  return [...parts, { values: popularity, dimension: 1, factors }];
}

function modelParts(name: ModelName, { vectors, bias, dimension }: ModelSpace): readonly Part[] {
  return [
    {
      ...{ values: vectors, dimension },
      factors: (tastes, weights) => weights[name] ** 2 * meanSquare(tastes, name),
    },
    { values: bias, dimension: 1, factors: (_, weights) => weights[name] ** 2 },
  ];
}

/** Of the numbers of a model's tastes; 0 where there are none. */
function meanSquare(tastes: readonly Tastes[], name: ModelName): number {
  let [sum, numbers] = [0, 0];
  for (const { [name]: taste } of tastes) {
    for (const value of taste ?? []) sum += value * value;
    numbers += taste?.length ?? 0;
  }
  return numbers === 0 ? 0 : sum / numbers;
}

function stretchesOf(
  parts: readonly Part[],
  { tastes, weightings }: SampledQueries,
): readonly number[] {
  const variances = parts.map(({ values, dimension }) => dimension * varianceOf(values, dimension));
  const squares = new Float64Array(parts.length);
  for (const weights of weightings) {
    const factors = parts.map((part) => part.factors(tastes, weights));
    const whole = factors.reduce((sum, factor, at) => sum + factor * variances[at]!, 0);
    if (whole === 0) continue;
    for (const [at, factor] of factors.entries()) squares[at]! += factor / whole;
  }
  return Array.from(squares, Math.sqrt);
}

/** The mean variance of the columns of [rows, dimension]. */
function varianceOf(values: Float32Array, dimension: number): number {
  const sums = new Float64Array(dimension);
  let squares = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    sums[at % dimension]! += value;
    squares += value * value;
  }
  const rows = values.length / dimension;
  const centre = sums.reduce((sum, value) => sum + (value / rows) ** 2, 0);
  return Math.max(0, squares / rows - centre) / dimension;
}
