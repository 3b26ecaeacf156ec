import type { ModelWeights } from "../model-parameters.ts";
import { int8StepGraph } from "../onnx/int8-step.ts";

/** A model's step with int8 weights. `popularity` [count] says how much each track's vector
 *  matters, as the logarithm of its share of plays. */
export function int8Step(
  { sizes, dense }: ModelWeights,
  tracks: { readonly inputVectors: Float32Array; readonly popularity: Float32Array },
): Uint8Array {
  const values = new Map(Array.from(dense, ([name, weight]) => [name, weight.values]));
  return int8StepGraph(sizes, values, trackRange(tracks.inputVectors, tracks.popularity));
}

/** Shares of the largest number that are tried as the range. */
const SHARES_TRIED = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
/** Steps to either side, as in the graph. */
const STEPS = 63;

/** The range beyond which numbers are cut: a narrow one has finer steps, but cuts more. The one
 *  with the least squared error over a play's vector. */
function trackRange(vectors: Float32Array, popularity: Float32Array): number {
  let largest = 0;
  for (let at = 0; at < vectors.length; at++) largest = Math.max(largest, Math.abs(vectors[at]!));
  const ranges = SHARES_TRIED.map((share) => Math.fround(share * largest));
  const errors = ranges.map((range) => squaredError(vectors, popularity, range));
  return ranges[errors.indexOf(Math.min(...errors))]!;
}

function squaredError(vectors: Float32Array, popularity: Float32Array, range: number): number {
  const width = vectors.length / popularity.length;
  const step = range / STEPS;
  let sum = 0;
  for (const [track, share] of popularity.entries()) {
    let ofTrack = 0;
    for (let at = track * width; at < (track + 1) * width; at++) {
      const value = vectors[at]!;
      const rounded = Math.max(-STEPS, Math.min(STEPS, Math.round(value / step))) * step;
      ofTrack += (value - rounded) ** 2;
    }
    sum += Math.exp(share) * ofTrack;
  }
  return sum;
}
