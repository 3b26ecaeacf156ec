import { add, matmul, multiply } from "./differentiable-ops.ts";
import { type Graph, ones, type Tensor } from "./graph-builder.ts";

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
