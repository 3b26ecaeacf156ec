import { bprMaxLoss } from "./onnx/bpr-max-loss.ts";
import { add, multiply, scoreRows } from "./onnx/differentiable-ops.ts";
import { differentiate } from "./onnx/differentiate.ts";
import {
  encodeGraph,
  type Graph,
  input,
  newGraph,
  node,
  output,
  scalar,
  type Tensor,
} from "./onnx/graph-builder.ts";
import { runLayers } from "./onnx/layers.ts";
import { softmaxLoss } from "./onnx/losses.ts";
import { type ModelSizes, recurrentWidth } from "./onnx/model-sizes.ts";
import { learnWeight } from "./onnx/optimizers.ts";
import { parameterShapes } from "./onnx/parameter-shapes.ts";
import { tasteOf } from "./onnx/taste.ts";
import { skipLosses } from "./skip-losses.ts";

/** The fixed sizes of the rows of one step: rows = steps · lanes. */
export interface RowsShape extends ModelSizes {
  readonly lanes: number;
  readonly steps: number;
  readonly inputDropout: boolean;
  readonly tasteDropout: boolean;
}

/** One training step. */
export interface StepShape extends RowsShape {
  readonly negatives: number;
  /** "softmax" where it is left out. */
  readonly loss?: LossName;
  /** Of BPR-max alone; 0 where it is left out. */
  readonly bprRegulariser?: number;
  /** 0 where it is left out: Adagrad alone. */
  readonly momentum?: number;
}

export const LOSS_NAMES = ["softmax", "bpr-max"] as const;
export type LossName = (typeof LOSS_NAMES)[number];

/** One training step as a graph: forward, backward through `steps` steps, Adagrad.
 *
 *  | feeds | shape |
 *  |---|---|
 *  | `rate` | scalar |
 *  | `track_rows`, `feature_rows`, `keep` | [rows, D], [rows, F], [rows, 1] |
 *  | `hidden_before` | [lanes, R] |
 *  | `candidate_rows`, `candidate_bias` | [rows + negatives, D], [1, rows + negatives] |
 *  | `row_weights` | [rows, 1] |
 *  | `track_mask`, `taste_mask` (with dropout) | [rows, D], [rows, H] |
 *  | those of `skipLosses` (with a skip head) | |
 *  | each parameter, `<name>.squares` and, with momentum, `<name>.velocities` | its own |
 *
 *  Fetches: `loss`, `hidden_after` [lanes, R], `track_gradient`, `candidate_gradient`,
 *  `bias_gradient`, and of each parameter `<name>.next`, `<name>.squares.next` and, with momentum,
 *  `<name>.velocities.next`. */
export function trainingGraph(shape: StepShape): Uint8Array {
  const graph = newGraph("training step");
  const rows = shape.lanes * shape.steps;
  const columns = rows + shape.negatives;
  const rate = input(graph, "rate", []);
  const parameters = new Map(
    [...parameterShapes(shape)].map(([name, size]) => [name, input(graph, name, size)]),
  );
  const tracks = input(graph, "track_rows", [rows, shape.dimension]);
  const candidates = {
    vectors: input(graph, "candidate_rows", [columns, shape.dimension]),
    bias: input(graph, "candidate_bias", [1, columns]),
  };
  const heard = heardTracks(graph, shape, tracks);
  const top = topRows(graph, shape, { heard, parameters });
  const taste = tasteRows(graph, shape, { top, heard, parameters });
  const right = lossOf(graph, shape, { taste, ...candidates });
  const parts = { parameters, hidden: top, taste, tracks, candidates };
  const loss = shape.skipHead ? add(graph, right, skipLosses(graph, shape, parts)) : right;
  output(graph, "loss", loss);

  const learned = [...parameters];
  const gradients = differentiate(graph, loss, [
    tracks,
    candidates.vectors,
    candidates.bias,
    ...parameters.values(),
  ]);
  output(graph, "track_gradient", gradients[0]!);
  output(graph, "candidate_gradient", gradients[1]!);
  output(graph, "bias_gradient", gradients[2]!);
  for (const [index, [name, weight]] of learned.entries()) {
    const gradient = gradients[3 + index]!;
    const { momentum } = shape;
    learnWeight(graph, { name, weight, gradient, rate: rateOf(graph, name, rate), momentum });
  }
  return encodeGraph(graph);
}

/** Adagrad moves a weight by the same amount however small its gradient, and a map of H · D weights
 *  moves a logit by all of them at once: the skip head learns at a lower rate than all others. */
function rateOf(graph: Graph, name: string, rate: Tensor): Tensor {
  if (!name.startsWith("skip_")) return rate;
  return node(graph, "Mul", [rate, scalar(graph, SKIP_RATE)], rate);
}

const SKIP_RATE = 0.05;

function lossOf(
  graph: Graph,
  shape: StepShape,
  given: { readonly taste: Tensor; readonly vectors: Tensor; readonly bias: Tensor },
): Tensor {
  const { taste, vectors, bias } = given;
  const weights = input(graph, "row_weights", [shape.lanes * shape.steps, 1]);
  if (shape.loss !== "bpr-max") return softmaxLoss(graph, taste, { vectors, bias, weights });
  const scores = scoreRows(graph, taste, { vectors, bias });
  return bprMaxLoss(graph, scores, { weights, regulariser: shape.bprRegulariser ?? 0 });
}

/** The vectors that are heard, [rows, D], without the numbers that are dropped out. */
export function heardTracks(graph: Graph, shape: RowsShape, tracks: Tensor): Tensor {
  if (!shape.inputDropout) return tracks;
  const rows = shape.lanes * shape.steps;
  return multiply(graph, tracks, input(graph, "track_mask", [rows, shape.dimension]));
}

/** → [rows, H], what the last layer says after each event. */
export function topRows(
  graph: Graph,
  shape: RowsShape,
  given: { readonly heard: Tensor; readonly parameters: ReadonlyMap<string, Tensor> },
): Tensor {
  const { lanes, steps, featureWidth } = shape;
  const rows = lanes * steps;
  const features =
    featureWidth > 0 ? input(graph, "feature_rows", [rows, featureWidth]) : undefined;
  const keep = input(graph, "keep", [rows, 1]);
  const before = input(graph, "hidden_before", [lanes, recurrentWidth(shape)]);
  const { parameters, heard: track } = given;
  const { top, after } = runLayers(graph, shape, {
    ...{ track, features, before, keep, steps, parameters },
  });
  output(graph, "hidden_after", after);
  return top;
}

/** [rows, H] → [rows, D] */
export function tasteRows(
  graph: Graph,
  shape: RowsShape,
  given: {
    readonly top: Tensor;
    readonly heard: Tensor;
    readonly parameters: ReadonlyMap<string, Tensor>;
  },
): Tensor {
  const rows = shape.lanes * shape.steps;
  const top = shape.tasteDropout
    ? multiply(graph, given.top, input(graph, "taste_mask", [rows, shape.hidden]))
    : given.top;
  return tasteOf(graph, { top, lastTrack: given.heard }, given.parameters);
}
