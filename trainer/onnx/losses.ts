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

/** Σ_r weights_r · (ln(1 + e^logits_r) − labels_r · logits_r), a scalar: −ln of the chance that the
 *  logistic model gives to each label. `logits`, `labels` and `weights` are [M, 1]; labels and
 *  weights are given and have no gradient. */
export function logisticLoss(
  graph: Graph,
  logits: Tensor,
  { labels, weights }: { readonly labels: Tensor; readonly weights: Tensor },
): Tensor {
  const softplus = node(graph, "Softplus", [logits], logits);
  const spoken = node(graph, "Mul", [labels, logits], logits);
  const losses = node(graph, "Sub", [softplus, spoken], logits);
  const weighted = node(graph, "Mul", [losses, weights], logits);
  const loss = node(graph, "ReduceSum", [weighted, integers(graph, [0, 1])], {
    shape: [],
    attributes: { keepdims: 0 },
  });
  return record(graph, { inputs: [logits], output: loss }, (gradient) => {
    const chance = node(graph, "Sigmoid", [logits], logits);
    const error = node(graph, "Sub", [chance, labels], logits);
    const share = node(graph, "Mul", [weights, gradient], logits);
    return [node(graph, "Mul", [error, share], logits)];
  });
}

/** [rows, columns] → [rows, 1]: by row, ln of the mean of e^score over the last `count` columns. */
export function meanExponent(graph: Graph, scores: Tensor, count: number): Tensor {
  const [rows, columns] = scores.shape as readonly number[];
  const column: Pick<Tensor, "shape"> = { shape: [rows!, 1] };
  // Scores of other columns have no share in the mean.
  const shift = Float32Array.from({ length: columns! }, (_, at) =>
    at < columns! - count ? NO_SHARE : -Math.log(count),
  );
  const mask = constant(graph, `mean of ${count}`, { shape: [1, columns!], data: shift });
  const shifted = node(graph, "Add", [scores, mask], scores);
  const mean = node(graph, "ReduceLogSumExp", [shifted, integers(graph, [1])], {
    ...column,
    attributes: { keepdims: 1 },
  });
  return record(graph, { inputs: [scores], output: mean }, (gradient) => {
    const below = node(graph, "Sub", [shifted, mean], scores);
    const shares = node(graph, "Exp", [below], scores);
    return [node(graph, "Mul", [shares, gradient], scores)];
  });
}

const NO_SHARE = -1e9;

/** [rows, 2]: (0, 0), (1, 1), … */
function diagonal(graph: Graph, rows: number): Tensor {
  const data = BigInt64Array.from({ length: rows * 2 }, (_, index) => BigInt(index >> 1));
  return constant(graph, `diagonal ${rows}`, { shape: [rows, 2], data });
}
