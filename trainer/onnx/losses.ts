import { record } from "./differentiable-ops.ts";
import { constant, type Graph, integers, node, scalar, type Tensor } from "./graph-builder.ts";

/** Below this a probability counts as this much, so that a loss stays finite. */
const PROBABILITY_MIN = 1e-30;

/** Σ_r weights_r · −ln softmax(scores_r)_r, a scalar: the right candidate of row r is column r, the
 *  other rows' right candidates and the columns behind them are wrong ones.
 *  `scores` [M, C] with C ≥ M, `weights` [M, 1]. */
export function softmaxLoss(graph: Graph, scores: Tensor, weights: Tensor): Tensor {
  const [rows] = scores.shape as readonly number[];
  const column: Pick<Tensor, "shape"> = { shape: [rows!, 1] };
  const probabilities = node(graph, "Softmax", [scores], {
    shape: scores.shape,
    attributes: { axis: 1 },
  });
  const right = node(graph, "GatherND", [probabilities, diagonal(graph, rows!)], {
    shape: [rows!],
  });
  const bounded = node(graph, "Max", [right, scalar(graph, PROBABILITY_MIN)], right);
  const logarithm = node(graph, "Log", [bounded], right);
  const flatWeights = node(graph, "Reshape", [weights, integers(graph, [rows!])], right);
  const weighted = node(graph, "Mul", [logarithm, flatWeights], right);
  const total = node(graph, "ReduceSum", [weighted, integers(graph, [0])], {
    shape: [],
    attributes: { keepdims: 0 },
  });
  const loss = node(graph, "Neg", [total], total);
  return record(graph, { inputs: [scores], output: loss }, (gradient) => {
    const share = node(graph, "Mul", [weights, gradient], column);
    const spread = node(graph, "Mul", [probabilities, share], scores);
    const flatShare = node(graph, "Reshape", [share, integers(graph, [rows!])], right);
    const pull = node(graph, "Neg", [flatShare], right);
    return [
      node(graph, "ScatterND", [spread, diagonal(graph, rows!), pull], {
        shape: scores.shape,
        attributes: { reduction: "add" },
      }),
    ];
  });
}

/** [rows, 2]: (0, 0), (1, 1), … */
export function diagonal(graph: Graph, rows: number): Tensor {
  const data = BigInt64Array.from({ length: rows * 2 }, (_, index) => BigInt(index >> 1));
  return constant(graph, `diagonal ${rows}`, { shape: [rows, 2], data });
}
