import { add, multiply, sigmoid, split, subtract, tanh } from "./differentiable-ops.ts";
import { hiddenGates, type LayerWeights } from "./gates.ts";
import type { Graph, Tensor } from "./graph-builder.ts";

/** One step: gates [rows, 3H], in the order reset, update, new, and hidden [rows, H] → [rows, H].
 *  Cho et al. 2014, in the form that cuDNN and PyTorch compute: n = tanh(x_n + r · h_n),
 *  h′ = n + z · (h − n). */
export function gruCell(
  graph: Graph,
  state: { readonly gates: Tensor; readonly hidden: Tensor },
  weights: LayerWeights<Tensor>,
): Tensor {
  const recurrent = hiddenGates(graph, state.hidden, weights);
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
