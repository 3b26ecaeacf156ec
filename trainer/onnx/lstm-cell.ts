import { add, multiply, sigmoid, split, tanh } from "./differentiable-ops.ts";
import { hiddenGates, type LayerWeights } from "./gates.ts";
import type { Graph, Tensor } from "./graph-builder.ts";

/** One step: gates [rows, 4H], in the order input, forget, new, output, and hidden and cell [rows,
 *  H] → the next hidden and cell: c′ = f · c + i · n, h′ = o · tanh(c′).
 *  Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000; as in PyTorch. */
export function lstmCell(
  graph: Graph,
  state: { readonly gates: Tensor; readonly hidden: Tensor; readonly cell: Tensor },
  weights: LayerWeights<Tensor>,
): { readonly hidden: Tensor; readonly cell: Tensor } {
  const gates = add(graph, state.gates, hiddenGates(graph, state.hidden, weights));
  const [inputGate, forget, fresh, outputGate] = split(graph, gates, { axis: 1, count: 4 });
  const kept = multiply(graph, sigmoid(graph, forget!), state.cell);
  const taken = multiply(graph, sigmoid(graph, inputGate!), tanh(graph, fresh!));
  const cell = add(graph, kept, taken);
  return { hidden: multiply(graph, sigmoid(graph, outputGate!), tanh(graph, cell)), cell };
}
