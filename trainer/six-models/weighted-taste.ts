import type { ScoredTracks } from "../score-catalogue.ts";
import type { TasteLoss } from "./settings.ts";

/** Weights before any learning; j counts the tracks since, 0 for the last one heard. */
export type Weighting = "zipf" | { readonly discount: number };

/** [tracksMax]: 1 / (j + 1) for Zipf, γʲ for a discount, scaled to a sum of 1. */
export function startingWeights(weighting: Weighting, tracksMax: number): Float32Array {
  const weights = Float64Array.from({ length: tracksMax }, (_, j) => {
    return weighting === "zipf" ? 1 / (j + 1) : weighting.discount ** j;
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/** The last tracks of one sequence: events `from` up to `last`, both included. */
export interface Heard {
  /** [events]: −1 for a track that is not known. */
  readonly track: Int32Array;
  readonly from: number;
  readonly last: number;
}

/** Adds to `taste` [D] each of the last tracks' vectors by its weight: t = Σ_j w_j · s_{k−j}. */
export function addWeightedTracks(
  taste: Float32Array,
  heard: Heard,
  weights: Float32Array,
  { vectors, dimension }: ScoredTracks,
): void {
  const count = Math.min(weights.length, heard.last - heard.from + 1);
  for (let j = 0; j < count; j++) {
    const track = heard.track[heard.last - j]!;
    if (track < 0) continue;
    const weight = weights[j]!;
    const at = track * dimension;
    for (let i = 0; i < dimension; i++) taste[i] = taste[i]! + weight * vectors[at + i]!;
  }
}

/** Below this a vector's length counts as this much. */
const LENGTH_MIN = 1e-6;

/** The loss of `taste` against `wanted`, both [D], `wanted` of length 1; with `gradient` [D], the
 *  loss's gradient by the taste is left there. */
export function lossOfTaste(
  loss: TasteLoss,
  taste: Float32Array,
  wanted: Float32Array,
  gradient?: Float32Array,
): number {
  let [dot, squares, distance] = [0, 0, 0];
  for (let i = 0; i < taste.length; i++) {
    dot += taste[i]! * wanted[i]!;
    squares += taste[i]! * taste[i]!;
    distance += (taste[i]! - wanted[i]!) ** 2;
  }
  const length = Math.max(LENGTH_MIN, Math.sqrt(squares));
  const cosine = dot / length;
  for (let i = 0; gradient && i < taste.length; i++) {
    gradient[i] =
      loss === "l2"
        ? 2 * (taste[i]! - wanted[i]!)
        : ((cosine * taste[i]!) / length - wanted[i]!) / length;
  }
  return loss === "l2" ? distance : 1 - cosine;
}

/** Adds to `target` [weights] the loss's gradient by each weight: ∂L / ∂w_j = ∂L / ∂t · s_{k−j}. */
export function addWeightGradient(
  target: Float64Array,
  heard: Heard,
  gradient: Float32Array,
  { vectors, dimension }: ScoredTracks,
): void {
  const count = Math.min(target.length, heard.last - heard.from + 1);
  for (let j = 0; j < count; j++) {
    const track = heard.track[heard.last - j]!;
    if (track < 0) continue;
    const at = track * dimension;
    let slope = 0;
    for (let i = 0; i < dimension; i++) slope += gradient[i]! * vectors[at + i]!;
    target[j] = target[j]! + slope;
  }
}
