import { add, scoreRows, subtract } from "./onnx/differentiable-ops.ts";
import { type Graph, input, node, type Tensor, zeros } from "./onnx/graph-builder.ts";
import { logisticLoss, meanExponent } from "./onnx/losses.ts";
import { dotRows, skipLogits, skipWeights } from "./onnx/skip-head.ts";

/** The sizes of a training step, rows = steps · lanes. */
export interface SkipLossShape {
  readonly lanes: number;
  readonly steps: number;
  readonly negatives: number;
  /** D */
  readonly dimension: number;
}

/** What a training step's graph holds that the skip losses are made of. */
export interface SkipLossParts {
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** [rows, H] */
  readonly hidden: Tensor;
  /** [rows, D] */
  readonly taste: Tensor;
  /** [rows, D]: the tracks that were heard. */
  readonly tracks: Tensor;
  /** [rows + negatives, D] and [1, rows + negatives] */
  readonly candidates: { readonly vectors: Tensor; readonly bias: Tensor };
}

/** What skips cost, a scalar: the sum of the head's loss and the push's. Inputs of the graph:
 *
 *  | feeds | shape |
 *  |---|---|
 *  | `next_rows` | [rows, D]: the tracks that came next |
 *  | `skip_labels`, `skip_weights` | [rows, 1]: whether they were skipped, and how much it counts |
 *  | `push_weights`, `push_bias` | [rows, 1]: how much the heard track is pushed; its bias |
 */
export function skipLosses(graph: Graph, shape: SkipLossShape, parts: SkipLossParts): Tensor {
  return add(graph, headLoss(graph, shape, parts), pushLoss(graph, shape, parts));
}

/** −ln of the chance that the head gives to what came. The vectors of the tracks that came are
 *  taken as they are: what they mean is learned from what follows what. */
function headLoss(
  graph: Graph,
  shape: SkipLossShape,
  { parameters, hidden }: SkipLossParts,
): Tensor {
  const rows = shape.lanes * shape.steps;
  const tracks = input(graph, "next_rows", [rows, shape.dimension]);
  const logits = skipLogits(graph, { hidden, tracks }, skipWeights(parameters));
  return logisticLoss(graph, logits, {
    labels: input(graph, "skip_labels", [rows, 1]),
    weights: input(graph, "skip_weights", [rows, 1]),
  });
}

/** −ln(1 − p) after a skip, p being the chance of the skipped track against an average negative.
 *  The track's vector is taken as it is, so that the state learns to move away from it and from
 *  what is like it. Source: Welleck et al. 2020, arXiv 1908.04319, equation 4 (unlikelihood). */
function pushLoss(graph: Graph, shape: SkipLossShape, parts: SkipLossParts): Tensor {
  const { taste, tracks, candidates } = parts;
  const rows = shape.lanes * shape.steps;
  const asTheyAre = node(graph, "Identity", [tracks], tracks);
  const bias = input(graph, "push_bias", [rows, 1]);
  const own = add(graph, dotRows(graph, taste, asTheyAre), bias);
  const scores = scoreRows(graph, taste, candidates);
  const others = meanExponent(graph, scores, shape.negatives);
  return logisticLoss(graph, subtract(graph, own, others), {
    labels: zeros(graph, [rows, 1]),
    weights: input(graph, "push_weights", [rows, 1]),
  });
}
