import { record } from "./differentiable-ops.ts";
import { type Graph, integers, node, scalar, type Tensor } from "./graph-builder.ts";

/** Below this a vector's length counts as this much, so that a taste of zeros has a gradient. */
const LENGTH_MIN = 1e-6;

/** Σ_r weights_r · (1 − cos(tastes_r, targets_r)), a scalar. `tastes` and `targets` are [M, D],
 *  `weights` [M, 1]; targets and weights are given and have no gradient. */
export function cosineLoss(
  graph: Graph,
  tastes: Tensor,
  { targets, weights }: { readonly targets: Tensor; readonly weights: Tensor },
): Tensor {
  const column: Pick<Tensor, "shape"> = { shape: [tastes.shape[0]!, 1] };
  const times = (left: Tensor, right: Tensor, shape = tastes) =>
    node(graph, "Mul", [left, right], shape);
  const sumOfRows = (rows: Tensor) =>
    node(graph, "ReduceSum", [rows, integers(graph, [1])], {
      ...column,
      attributes: { keepdims: 1 },
    });
  const length = (rows: Tensor) => {
    const squares = sumOfRows(times(rows, rows));
    const root = node(graph, "Sqrt", [squares], column);
    return node(graph, "Max", [root, scalar(graph, LENGTH_MIN)], column);
  };
  const unit = (rows: Tensor) => node(graph, "Div", [rows, length(rows)], tastes);
  const tasteLength = length(tastes);
  const taste = node(graph, "Div", [tastes, tasteLength], tastes);
  const target = unit(targets);
  const cosine = sumOfRows(times(taste, target));
  const distance = node(graph, "Sub", [scalar(graph, 1), cosine], column);
  const loss = sumOfAll(graph, times(distance, weights, column as Tensor));
  return record(graph, { inputs: [tastes], output: loss }, (gradient) => {
    // ∂cos / ∂t = (y − cos · t) ÷ ‖t‖, with t and y of length 1.
    const along = times(taste, cosine);
    const turn = node(graph, "Sub", [along, target], tastes);
    const share = times(weights, gradient, column as Tensor);
    const scale = node(graph, "Div", [share, tasteLength], column);
    return [times(turn, scale)];
  });
}

/** Σ_r weights_r · ‖tastes_r − targets_r‖², a scalar; shapes as for `cosineLoss`. */
export function squaredDistanceLoss(
  graph: Graph,
  tastes: Tensor,
  { targets, weights }: { readonly targets: Tensor; readonly weights: Tensor },
): Tensor {
  const difference = node(graph, "Sub", [tastes, targets], tastes);
  const weighted = node(graph, "Mul", [difference, weights], tastes);
  const loss = sumOfAll(graph, node(graph, "Mul", [weighted, difference], tastes));
  return record(graph, { inputs: [tastes], output: loss }, (gradient) => {
    const twice = node(graph, "Mul", [gradient, scalar(graph, 2)], gradient);
    return [node(graph, "Mul", [weighted, twice], tastes)];
  });
}

function sumOfAll(graph: Graph, matrix: Tensor): Tensor {
  return node(graph, "ReduceSum", [matrix, integers(graph, [0, 1])], {
    shape: [],
    attributes: { keepdims: 0 },
  });
}
