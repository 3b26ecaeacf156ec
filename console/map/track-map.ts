import type { Bundle, Model } from "../../core/bundle/bundle.ts";
import { MODEL_NAMES, type ModelName, type TrackIndex } from "../../core/domain/ids.ts";
import { CONSOLE_LIMITS } from "../limits.ts";
import { type PrincipalAxes, principalAxes, project } from "./principal-axes.ts";

/** A plane for a bundle's tracks and for the tastes that its model gives. */
export interface TrackMap {
  readonly model: ModelName;
  readonly explained: readonly number[];
  placeOf(track: TrackIndex): Place;
  /** A taste's length says how sure it is, not what it likes, so it is brought to the length of the
   *  average track first. */
  placeOfTaste(taste: Float32Array): Place;
}

/** -1 to 1 on either axis for 99.5% of the tracks. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

const INSIDE = 0.995;

/** The plane of the short-term model, or of the long-term one where the bundle has no other.
 *  Undefined for a bundle without models. Made once for a bundle, in about 0.1 s. */
export function trackMap(bundle: Bundle): TrackMap | undefined {
  const known = MAPS.get(bundle);
  if (known !== undefined) return known;
  const name = MODEL_NAMES.find((model) => bundle.models[model] !== undefined);
  if (name === undefined) return undefined;
  const map = mapOf(bundle.models[name]!);
  MAPS.set(bundle, map);
  return map;
}

const MAPS = new WeakMap<Bundle, TrackMap>();

function mapOf({ name, dimension, outputVectors }: Model): TrackMap {
  const sample = evenSample(outputVectors, dimension);
  const axes = principalAxes(sample, dimension);
  const scale = scaleOf(axes, sample, dimension);
  const trackLength = averageLength(sample, dimension);
  const placed = (vector: ArrayLike<number>): Place => {
    const { x, y } = project(axes, vector);
    return { x: x / scale.x, y: y / scale.y };
  };
  return {
    model: name,
    explained: axes.explained,
    placeOf: (track) => placed(outputVectors.subarray(track * dimension, (track + 1) * dimension)),
    placeOfTaste(taste) {
      const length = Math.hypot(...taste) || 1;
      return placed(taste.map((value) => (value * trackLength) / length));
    },
  };
}

/** Rows at even distances: [at most `axesVectorsMax`, D]. */
function evenSample(vectors: Float32Array, dimension: number): Float32Array {
  const rows = vectors.length / dimension;
  const taken = Math.min(rows, CONSOLE_LIMITS.axesVectorsMax);
  const sample = new Float32Array(taken * dimension);
  for (let at = 0; at < taken; at++) {
    const row = Math.floor((at * rows) / taken);
    sample.set(vectors.subarray(row * dimension, (row + 1) * dimension), at * dimension);
  }
  return sample;
}

function scaleOf(axes: PrincipalAxes, sample: Float32Array, dimension: number): Place {
  const places = rowsOf(sample, dimension).map((row) => project(axes, row));
  const reach = (values: readonly number[]) => {
    const sorted = values.map(Math.abs).sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) * INSIDE)] || 1;
  };
  return { x: reach(places.map(({ x }) => x)), y: reach(places.map(({ y }) => y)) };
}

function averageLength(sample: Float32Array, dimension: number): number {
  const rows = rowsOf(sample, dimension);
  return rows.reduce((sum, row) => sum + Math.hypot(...row), 0) / Math.max(1, rows.length);
}

function rowsOf(vectors: Float32Array, dimension: number): Float32Array[] {
  return Array.from({ length: vectors.length / dimension }, (_, row) =>
    vectors.subarray(row * dimension, (row + 1) * dimension),
  );
}
