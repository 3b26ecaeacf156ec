import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES } from "../../core/domain/ids.ts";
import type { Tastes, TrackSpace } from "../../scorer/retrieval/retriever.ts";
import type { SampledQueries } from "./cluster-points.ts";

/** Columns of a track that one weight multiplies. */
export interface ColumnPart {
  readonly from: number;
  readonly to: number;
}

/** Each model's vector and bias, the short one's first, and popularity. */
export function columnParts({ models }: Pick<TrackSpace, "models">): readonly ColumnPart[] {
  const parts: ColumnPart[] = [];
  let from = 0;
  for (const name of MODEL_NAMES) {
    const model = models[name];
    if (model === undefined) continue;
    const bias = from + model.dimension;
    parts.push({ from, to: bias }, { from: bias, to: bias + 1 });
    from = bias + 1;
  }
  return [...parts, { from, to: from + 1 }];
}

/** Queries are never all as those of the sample: so much of the mean is added to each column, and
 *  no part of the columns counts for less than this part of the scores' variance. */
const ADDED = 0.1;
const PART_LEAST = 0.01;

/** [W, W]: Σ q·qᵀ over queries q, each weighting's brought to one variance of the scores first, for
 *  tracks whose columns have second moments `tracks` [W, W]. Positive definite. */
export function queryMoments(
  space: TrackSpace,
  { tastes, weightings }: SampledQueries,
  tracks: Float64Array,
): Float64Array {
  const parts = columnParts(space);
  const width = parts.at(-1)!.to;
  const moments = new Float64Array(width * width);
  for (const weights of weightings) {
    const own = new Float64Array(width * width);
    for (const taste of tastes) addSquare(own, queryColumns(space, taste, weights));
    const variance = own.reduce((sum, moment, at) => sum + moment * tracks[at]!, 0);
    if (!(variance > 0)) continue;
    for (let at = 0; at < own.length; at++) moments[at] = moments[at]! + own[at]! / variance;
  }
  for (const part of parts) widen(moments, tracks, { ...part, width });
  return moments;
}

/** [W]: what a track's columns are multiplied with. */
function queryColumns(space: TrackSpace, tastes: Tastes, weights: BlendWeights): Float64Array {
  const columns: number[] = [];
  for (const name of MODEL_NAMES) {
    const [model, weight] = [space.models[name], weights[name]];
    if (model === undefined) continue;
    const taste = tastes[name];
    for (let at = 0; at < model.dimension; at++) columns.push(weight * (taste?.[at] ?? 0));
    columns.push(taste === undefined ? 0 : weight);
  }
  return Float64Array.from([...columns, weights.popularity]);
}

function widen(
  moments: Float64Array,
  tracks: Float64Array,
  { from, to, width }: ColumnPart & { readonly width: number },
): void {
  let [sum, spread] = [0, 0];
  for (let column = from; column < to; column++) {
    sum += moments[column * width + column]!;
    spread += tracks[column * width + column]!;
  }
  const least = spread > 0 ? PART_LEAST / spread : 1;
  const added = Math.max((ADDED * sum) / (to - from), least);
  for (let column = from; column < to; column++) {
    moments[column * width + column] = moments[column * width + column]! + added;
  }
}

/** Adds x·xᵀ. */
export function addSquare(moments: Float64Array, x: ArrayLike<number>): void {
  for (let row = 0; row < x.length; row++) {
    const value = x[row]!;
    if (value === 0) continue;
    const from = row * x.length;
    for (let column = 0; column < x.length; column++) {
      moments[from + column] = moments[from + column]! + value * x[column]!;
    }
  }
}
