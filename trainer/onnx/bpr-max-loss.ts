import { record } from "./differentiable-ops.ts";
import { constant, type Graph, integers, node, scalar, type Tensor } from "./graph-builder.ts";
import { diagonal } from "./losses.ts";

/** Added to a probability before its logarithm. */
const EPSILON = 1e-24;
/** A score that has no share in a softmax. */
const NEVER = -1e9;

/** Σ_r weights_r · (−ln(Σ_j s_rj · σ(x_rr − x_rj) + ε) + regulariser · Σ_j s_rj · x_rj²), a scalar,
 *  over the wrong candidates j of row r, with s_r the softmax of their scores x. The right
 *  candidate of row r is column r. `scores` [M, C] with C ≥ M, `weights` [M, 1].
 *  Source: Hidasi and Karatzoglou 2018, arXiv 1706.03847, section 3.3 (BPR-max). */
export function bprMaxLoss(
  graph: Graph,
  scores: Tensor,
  { weights, regulariser }: { readonly weights: Tensor; readonly regulariser: number },
): Tensor {
  const { matrix, column, sumOfRows } = shapedLike(graph, scores);
  const right = onDiagonal(graph, scores);
  const share = wrongShares(graph, scores);
  const above = matrix("Sigmoid", matrix("Sub", right, scores));
  const shareAbove = matrix("Mul", share, above);
  const chance = column("Add", sumOfRows(shareAbove), scalar(graph, EPSILON));
  const scaled = matrix("Mul", scores, scalar(graph, regulariser));
  const penalty = matrix("Mul", scaled, scores);
  const penaltyOfRow = sumOfRows(matrix("Mul", share, penalty));
  const lossOfRow = column("Sub", penaltyOfRow, column("Log", chance));
  const weighted = column("Mul", weights, lossOfRow);
  const loss = node(graph, "ReduceSum", [weighted, integers(graph, [0, 1])], {
    shape: [],
    attributes: { keepdims: 0 },
  });
  return record(graph, { inputs: [scores], output: loss }, (gradient) => {
    const byShare = matrix("Sub", penalty, matrix("Div", above, chance));
    const meanByShare = sumOfRows(matrix("Mul", share, byShare));
    const throughShare = matrix("Mul", share, matrix("Sub", byShare, meanByShare));
    const slope = matrix("Sub", shareAbove, matrix("Mul", shareAbove, above));
    const throughAbove = matrix("Div", slope, chance);
    const twice = matrix("Mul", scaled, scalar(graph, 2));
    const throughPenalty = matrix("Mul", share, twice);
    // The right candidate has no share, so all of these are 0 on the diagonal.
    const ofWrong = matrix("Add", matrix("Add", throughShare, throughAbove), throughPenalty);
    const scale = column("Mul", weights, gradient);
    const ofRight = column("Mul", column("Neg", sumOfRows(throughAbove)), scale);
    return [addOnDiagonal(graph, matrix("Mul", ofWrong, scale), ofRight)];
  });
}

/** Operations whose results are [M, C] and [M, 1]. */
function shapedLike(graph: Graph, scores: Tensor) {
  const columnShape = [scores.shape[0]!, 1];
  return {
    matrix: (op: string, ...operands: Tensor[]) => node(graph, op, operands, scores),
    column: (op: string, ...operands: Tensor[]) =>
      node(graph, op, operands, { shape: columnShape }),
    sumOfRows: (rows: Tensor) =>
      node(graph, "ReduceSum", [rows, integers(graph, [1])], {
        shape: columnShape,
        attributes: { keepdims: 1 },
      }),
  };
}

/** [M, C] → [M, 1] */
function onDiagonal(graph: Graph, scores: Tensor): Tensor {
  const [rows] = scores.shape as readonly number[];
  const right = node(graph, "GatherND", [scores, diagonal(graph, rows!)], { shape: [rows!] });
  return node(graph, "Reshape", [right, integers(graph, [rows!, 1])], { shape: [rows!, 1] });
}

/** Softmax over each row without its diagonal: [M, C] → [M, C]. */
function wrongShares(graph: Graph, scores: Tensor): Tensor {
  const [rows] = scores.shape as readonly number[];
  const data = new Float32Array(rows!).fill(NEVER);
  const never = constant(graph, `${NEVER} of [${rows}]`, { shape: [rows!], data });
  const wrong = node(graph, "ScatterND", [scores, diagonal(graph, rows!), never], scores);
  return node(graph, "Softmax", [wrong], { shape: scores.shape, attributes: { axis: 1 } });
}

/** [M, C] and [M, 1] → [M, C] */
function addOnDiagonal(graph: Graph, whole: Tensor, right: Tensor): Tensor {
  const [rows] = whole.shape as readonly number[];
  const flat = node(graph, "Reshape", [right, integers(graph, [rows!])], { shape: [rows!] });
  return node(graph, "ScatterND", [whole, diagonal(graph, rows!), flat], {
    shape: whole.shape,
    attributes: { reduction: "add" },
  });
}
