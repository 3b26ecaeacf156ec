import { type Graph, node, ones, type Tensor } from "./graph-builder.ts";

/** Appends the backward pass of `loss` and returns the gradients of the sum of its elements by
 *  `parameters`. Reverse-mode differentiation when the graph is built: the result is plain ONNX
 *  operations. Throws a RangeError where the loss does not depend on a parameter. */
export function differentiate(
  graph: Graph,
  loss: Tensor,
  parameters: readonly Tensor[],
): readonly Tensor[] {
  const gradients = new Map<string, Tensor>([[loss.name, ones(graph, loss.shape)]]);
  const depending = dependants(graph, parameters);
  for (const entry of [...graph.tape].reverse()) {
    if (!entry.outputs.some((tensor) => depending.has(tensor.name))) continue;
    const arriving = entry.outputs.map((tensor) => gradients.get(tensor.name));
    if (arriving.every((gradient) => gradient === undefined)) continue;
    const leaving = entry.pullback(arriving);
    for (const [index, gradient] of leaving.entries()) {
      const target = entry.inputs[index]!;
      if (!gradient || !depending.has(target.name)) continue;
      const before = gradients.get(target.name);
      gradients.set(target.name, before ? sum(graph, before, gradient) : gradient);
    }
  }
  return parameters.map((parameter) => {
    const gradient = gradients.get(parameter.name);
    if (gradient) return gradient;
    throw new RangeError(`the loss does not depend on ${parameter.name}`);
  });
}

/** The names of `parameters` and of all that is computed from them. */
function dependants(graph: Graph, parameters: readonly Tensor[]): ReadonlySet<string> {
  const names = new Set(parameters.map((parameter) => parameter.name));
  for (const entry of graph.tape) {
    if (!entry.inputs.some((tensor) => names.has(tensor.name))) continue;
    for (const tensor of entry.outputs) names.add(tensor.name);
  }
  return names;
}

function sum(graph: Graph, left: Tensor, right: Tensor): Tensor {
  return node(graph, "Add", [left, right], { shape: left.shape });
}
