import { type OutputLayer, predictCandidates } from "./predict-candidates.ts";

/** Both layers of a model under training. */
export interface VectorLayers {
  /** [tracks, D]: what is kept in the end. */
  readonly inputs: Float32Array;
  readonly output: OutputLayer;
  /** [D] */
  readonly hidden: Float32Array;
  /** [1 + negatives]: the right track, then noise. */
  readonly candidates: Int32Array;
  /** Fills its argument with noise tracks. */
  readonly drawNoise: (target: Int32Array) => void;
}

/** A track's place in a sequence and the places around it that count. */
export interface Place {
  readonly tracks: Int32Array;
  readonly at: number;
  /** First place of the window, and the one behind its last. */
  readonly from: number;
  readonly to: number;
}

/** Learns one place of a sequence and returns its loss. */
export type PlaceLearner = (layers: VectorLayers, place: Place, rate: number) => number;

/** Skip-gram: the track's vector predicts each track around it.
 *  Source: Mikolov et al. 2013, arXiv 1310.4546, section 2. */
export function learnSkipGram(layers: VectorLayers, place: Place, rate: number): number {
  const { inputs, output, hidden, candidates } = layers;
  const { tracks, at, from, to } = place;
  const noise = candidates.subarray(1);
  const start = tracks[at]! * output.dimension;
  let loss = 0;
  for (let other = from; other < to; other++) {
    if (other === at) continue;
    for (let i = 0; i < hidden.length; i++) hidden[i] = inputs[start + i]!;
    candidates[0] = tracks[other]!;
    layers.drawNoise(noise);
    loss += predictCandidates(output, hidden, candidates, rate);
    moveRow(layers, start, rate);
  }
  return loss;
}

/** Continuous bag of words: the mean of the vectors around predicts the track. Each of them moves
 *  by its share of the mean's gradient; the original program leaves that share out, which İrsoy et
 *  al. 2021 (arXiv 2012.15332) found to be why it learned worse than skip-gram.
 *  Source: Mikolov et al. 2013, arXiv 1301.3781, section 3.1. */
export function learnBagOfTracks(layers: VectorLayers, place: Place, rate: number): number {
  const { inputs, output, hidden, candidates } = layers;
  const { tracks, at, from, to } = place;
  const around = to - from - 1;
  if (around === 0) return 0;
  hidden.fill(0);
  for (let other = from; other < to; other++) {
    if (other === at) continue;
    const start = tracks[other]! * output.dimension;
    for (let i = 0; i < hidden.length; i++) hidden[i] = hidden[i]! + inputs[start + i]! / around;
  }
  candidates[0] = tracks[at]!;
  layers.drawNoise(candidates.subarray(1));
  const loss = predictCandidates(output, hidden, candidates, rate);
  for (let other = from; other < to; other++) {
    if (other !== at) moveRow(layers, tracks[other]! * output.dimension, rate / around);
  }
  return loss;
}

function moveRow({ inputs, output }: VectorLayers, start: number, rate: number): void {
  const { gradient } = output;
  for (let i = 0; i < gradient.length; i++) {
    inputs[start + i] = inputs[start + i]! - rate * gradient[i]!;
  }
}
