import { record } from "./differentiable-ops.ts";
import type { Attribute } from "./encode-model.ts";
import {
  constant,
  type Graph,
  integers,
  node,
  scalar,
  type Tensor,
  zeros,
} from "./graph-builder.ts";

/** Below this a probability counts as this much, so that a loss stays finite. */
const PROBABILITY_MIN = 1e-30;

/** Σ_r weights_r · −ln softmax(rows_r · vectorsᵀ + bias)_r, a scalar: the right candidate of row r
 *  is candidate r, the other rows' right candidates and those behind them are wrong ones.
 *  `rows` [M, D], `vectors` [C, D] with C ≥ M, `bias` [1, C], `weights` [M, 1].
 *
 *  Scoring and loss are one operation, since the gradient by the scores, weights · (probabilities −
 *  right), need not be made: it is as large as the scores, and its parts are small. */
export function softmaxLoss(
  graph: Graph,
  rows: Tensor,
  given: { readonly vectors: Tensor; readonly bias: Tensor; readonly weights: Tensor },
): Tensor {
  const { vectors, bias, weights } = given;
  const [count, dimension] = rows.shape as [number, number];
  const columns = vectors.shape[0] as number;
  const scores = gemm(graph, [rows, vectors, bias], [count, columns], { transB: 1 });
  const probabilities = node(graph, "Softmax", [scores], {
    shape: scores.shape,
    attributes: { axis: 1 },
  });
  const loss = weighedLoss(graph, probabilities, weights);
  return record(graph, { inputs: [rows, vectors, bias], output: loss }, (gradient) => {
    const share = node(graph, "Mul", [weights, gradient], weights);
    const sharedRows = node(graph, "Mul", [rows, share], rows);
    const rights = firstRows(graph, vectors, count);
    const pulled = gemm(graph, [probabilities, vectors, rights], [count, dimension], LESS);
    const atRights = [sharedRows, zeros(graph, [columns - count, dimension])];
    const onVectors = [probabilities, sharedRows, joined(graph, atRights, 0)];
    const shareRow = node(graph, "Reshape", [share, integers(graph, [1, count])], {
      shape: [1, count],
    });
    const less = node(graph, "Neg", [shareRow], shareRow);
    const onBias = joined(graph, [less, zeros(graph, [1, columns - count])], 1);
    return [
      node(graph, "Mul", [pulled, share], rows),
      gemm(graph, onVectors, [columns, dimension], { transA: 1, ...LESS }),
      // One row that is not turned has a kernel of its own, three times as fast.
      gemm(graph, [shareRow, probabilities, onBias], [1, columns], {}),
    ];
  });
}

/** A product from which the third operand is taken. */
const LESS = { beta: { float: -1 } } as const;

function gemm(
  graph: Graph,
  operands: readonly Tensor[],
  shape: readonly number[],
  attributes: Readonly<Record<string, Attribute>>,
): Tensor {
  return node(graph, "Gemm", operands, { shape, attributes });
}

/** Σ_r weights_r · −ln probabilities_rr */
function weighedLoss(graph: Graph, probabilities: Tensor, weights: Tensor): Tensor {
  const [rows] = probabilities.shape as readonly number[];
  const places = diagonal(graph, rows!);
  const right = node(graph, "GatherND", [probabilities, places], { shape: [rows!] });
  const bounded = node(graph, "Max", [right, scalar(graph, PROBABILITY_MIN)], right);
  const logarithm = node(graph, "Log", [bounded], right);
  const flatWeights = node(graph, "Reshape", [weights, integers(graph, [rows!])], right);
  const weighted = node(graph, "Mul", [logarithm, flatWeights], right);
  const total = node(graph, "ReduceSum", [weighted, integers(graph, [0])], {
    shape: [],
    attributes: { keepdims: 0 },
  });
  return node(graph, "Neg", [total], total);
}

function firstRows(graph: Graph, matrix: Tensor, count: number): Tensor {
  const bounds = [[0], [count], [0]].map((values) => integers(graph, values));
  return node(graph, "Slice", [matrix, ...bounds], { shape: [count, matrix.shape[1]!] });
}

function joined(graph: Graph, parts: readonly Tensor[], axis: number): Tensor {
  const shape = parts[0]!.shape.map((size, at) => {
    return at === axis ? parts.reduce((sum, part) => sum + (part.shape[at] as number), 0) : size;
  });
  return node(graph, "Concat", parts, { shape, attributes: { axis } });
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
export function diagonal(graph: Graph, rows: number): Tensor {
  const data = BigInt64Array.from({ length: rows * 2 }, (_, index) => BigInt(index >> 1));
  return constant(graph, `diagonal ${rows}`, { shape: [rows, 2], data });
}
