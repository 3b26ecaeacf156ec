import { copyWeights, type ModelWeights, weightArrays } from "./model-parameters.ts";

/** A mean of a model's weights over its last steps: noise of single batches evens out in it. The
 *  newer weights count more, e times as much for every `horizon` additions; of the first ones it is
 *  the plain mean.
 *  Source: Polyak and Juditsky 1992; in this form Tarvainen and Valpola 2017, arXiv 1703.01780. */
export interface MovingMean {
  readonly weights: ModelWeights;
  /** How many times weights were added. */
  additions: number;
}

/** A mean of nothing yet, of the shape of `weights`. */
export function newMovingMean(weights: ModelWeights): MovingMean {
  return { weights: copyWeights(weights), additions: 0 };
}

export function addToMean(mean: MovingMean, weights: ModelWeights, horizon: number): void {
  mean.additions++;
  const share = Math.max(1 / mean.additions, 1 - Math.exp(-1 / horizon));
  const added = weightArrays(weights);
  for (const [name, target] of weightArrays(mean.weights)) {
    moveTowards(target, added.get(name)!, Math.fround(share));
  }
}

function moveTowards(target: Float32Array, goal: Float32Array, share: number): void {
  const { fround } = Math;
  // Rounding after each operation lets the engine compute in 32 bits.
  for (let i = 0; i < target.length; i++) {
    const before = target[i]!;
    target[i] = fround(before + fround(fround(goal[i]! - before) * share));
  }
}
