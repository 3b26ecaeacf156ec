import { multiply, record } from "./differentiable-ops.ts";
import { type Graph, integers, node, scalar, type Tensor } from "./graph-builder.ts";

/** Added to a row's variance, so that a row of equal numbers has a gradient. */
const VARIANCE_ADDED = 1e-5;

/** gain · (x − mean) / √(variance + ε), each row by itself: [rows, N] and [N] → [rows, N].
 *  Source: Ba, Kiros and Hinton 2016, arXiv 1607.06450, equation 4; what it adds is a bias. */
export function normaliseRows(graph: Graph, operand: Tensor, gain: Tensor): Tensor {
  return multiply(graph, standardiseRows(graph, operand), gain);
}

function standardiseRows(graph: Graph, operand: Tensor): Tensor {
  const column: Pick<Tensor, "shape"> = { shape: [operand.shape[0]!, 1] };
  const meanOf = (rows: Tensor) =>
    node(graph, "ReduceMean", [rows, integers(graph, [1])], {
      ...column,
      attributes: { keepdims: 1 },
    });
  const times = (left: Tensor, right: Tensor) => node(graph, "Mul", [left, right], operand);
  const centred = node(graph, "Sub", [operand, meanOf(operand)], operand);
  const variance = meanOf(times(centred, centred));
  const padded = node(graph, "Add", [variance, scalar(graph, VARIANCE_ADDED)], column);
  const deviation = node(graph, "Sqrt", [padded], column);
  const result = node(graph, "Div", [centred, deviation], operand);
  return record(graph, { inputs: [operand], output: result }, (gradient) => {
    // A row's mean and its deviation do not move what comes out.
    const along = times(result, meanOf(times(gradient, result)));
    const level = node(graph, "Sub", [gradient, meanOf(gradient)], operand);
    return [node(graph, "Div", [node(graph, "Sub", [level, along], operand), deviation], operand)];
  });
}
