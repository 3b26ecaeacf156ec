import { add, matmul, multiply, sigmoid, split, subtract, tanh } from "./differentiable-ops.ts";
import type { Graph, Tensor } from "./graph-builder.ts";

/** The weights of one GRU, gates in the order reset, update, new. F may be 0: no `feature`. */
export interface GruWeights<Value> {
  /** [D, 3H] */
  readonly track: Value;
  /** [F, 3H] */
  readonly feature?: Value;
  /** [H, 3H] */
  readonly hidden: Value;
  /** [3H] */
  readonly inputBias: Value;
  /** [3H]; apart from `inputBias` because the reset gate scales the part for the new gate. */
  readonly hiddenBias: Value;
}

/** What the inputs add to the gates: [rows, D] and [rows, F] → [rows, 3H]. It needs no hidden
 *  state, so that many steps' inputs go through one multiplication. */
export function inputGates(
  graph: Graph,
  inputs: { readonly track: Tensor; readonly features?: Tensor | undefined },
  weights: GruWeights<Tensor>,
): Tensor {
  const track = add(graph, matmul(graph, inputs.track, weights.track), weights.inputBias);
  if (!inputs.features || !weights.feature) return track;
  return add(graph, track, matmul(graph, inputs.features, weights.feature));
}

/** One step: gates [rows, 3H] and hidden [rows, H] → [rows, H].
 *  Cho et al. 2014, in the form that cuDNN and PyTorch compute: n = tanh(x_n + r · h_n),
 *  h′ = n + z · (h − n). */
export function gruCell(
  graph: Graph,
  state: { readonly gates: Tensor; readonly hidden: Tensor },
  weights: GruWeights<Tensor>,
): Tensor {
  const recurrent = add(graph, matmul(graph, state.hidden, weights.hidden), weights.hiddenBias);
  return gruCellOf(graph, { ...state, recurrent });
}

/** The rest of a step, once the hidden state has gone through its weights: recurrent [rows, 3H]. */
export function gruCellOf(
  graph: Graph,
  state: { readonly gates: Tensor; readonly recurrent: Tensor; readonly hidden: Tensor },
): Tensor {
  const thirds = { axis: 1, count: 3 };
  const [inputReset, inputUpdate, inputNew] = split(graph, state.gates, thirds);
  const [hiddenReset, hiddenUpdate, hiddenNew] = split(graph, state.recurrent, thirds);
  const reset = sigmoid(graph, add(graph, inputReset!, hiddenReset!));
  const update = sigmoid(graph, add(graph, inputUpdate!, hiddenUpdate!));
  const fresh = tanh(graph, add(graph, inputNew!, multiply(graph, reset, hiddenNew!)));
  const kept = multiply(graph, update, subtract(graph, state.hidden, fresh));
  return add(graph, fresh, kept);
}
