import { add, matmul, multiply } from "./differentiable-ops.ts";
import { type Graph, ones, type Tensor } from "./graph-builder.ts";
import type { ModelSizes } from "./model-sizes.ts";

/** Weights that turn a hidden state and a track's vector into the logit of a skip. */
export interface SkipWeights<Value> {
  /** [H, D]: which tracks are skipped depends on the hidden state. */
  readonly map: Value;
  /** [D]: tracks that are skipped whatever the state. */
  readonly track: Value;
  /** [H, 1]: states in which everything is skipped. */
  readonly hidden: Value;
  /** [1] */
  readonly bias: Value;
}

/** The weights of a skip head by name, with their shapes; none where there is no such head. */
export function skipShapes(sizes: ModelSizes): ReadonlyMap<string, readonly number[]> {
  const { hidden, dimension, skipHead } = sizes;
  if (!skipHead) return new Map();
  return new Map([
    ["skip_map", [hidden, dimension]],
    ["skip_track", [dimension]],
    ["skip_hidden", [hidden, 1]],
    ["skip_bias", [1]],
  ]);
}

export function skipWeights<Value>(parameters: ReadonlyMap<string, Value>): SkipWeights<Value> {
  return {
    map: parameters.get("skip_map")!,
    track: parameters.get("skip_track")!,
    hidden: parameters.get("skip_hidden")!,
    bias: parameters.get("skip_bias")!,
  };
}

/** hidden [rows, H] and tracks [rows, D] → [rows, 1]: (hidden · map + track) · tracks + hidden ·
 *  hidden + bias, by row. */
export function skipLogits(
  graph: Graph,
  rows: { readonly hidden: Tensor; readonly tracks: Tensor },
  weights: SkipWeights<Tensor>,
): Tensor {
  const { hidden, tracks } = rows;
  const unwanted = add(graph, matmul(graph, hidden, weights.map), weights.track);
  const likeness = dotRows(graph, unwanted, tracks);
  const mood = add(graph, matmul(graph, hidden, weights.hidden), weights.bias);
  return add(graph, likeness, mood);
}

/** [rows, D] and [rows, D] → [rows, 1]: the dot product of each row with its like. */
export function dotRows(graph: Graph, left: Tensor, right: Tensor): Tensor {
  const products = multiply(graph, left, right);
  return matmul(graph, products, ones(graph, [right.shape[1]!, 1]));
}
