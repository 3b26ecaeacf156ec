import { parameterShapes } from "./model-parameters.ts";
import { add, joinRows, matmul, multiply, scoreRows, split } from "./onnx/differentiable-ops.ts";
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
import { type GruWeights, gruCell, inputGates } from "./onnx/gru-cell.ts";
import { softmaxLoss } from "./onnx/losses.ts";
import { adagrad } from "./onnx/optimizers.ts";
import type { ModelSizes } from "./onnx/serving-graphs.ts";
import { skipLosses } from "./skip-losses.ts";

/** The fixed sizes of one training step: rows = steps · lanes. */
export interface StepShape extends ModelSizes {
  readonly lanes: number;
  readonly steps: number;
  readonly negatives: number;
  readonly inputDropout: boolean;
  readonly tasteDropout: boolean;
}

/** One training step as a graph: forward, backward through `steps` steps, Adagrad.
 *
 *  | feeds | shape |
 *  |---|---|
 *  | `rate` | scalar |
 *  | `track_rows`, `feature_rows`, `keep` | [rows, D], [rows, F], [rows, 1] |
 *  | `hidden_before` | [lanes, H] |
 *  | `candidate_rows`, `candidate_bias` | [rows + negatives, D], [1, rows + negatives] |
 *  | `row_weights` | [rows, 1] |
 *  | `track_mask`, `taste_mask` (with dropout) | [rows, D], [rows, H] |
 *  | those of `skipLosses` (with a skip head) | |
 *  | each parameter, and `<name>.squares` | its own |
 *
 *  Fetches: `loss`, `hidden_after` [lanes, H], `track_gradient`, `candidate_gradient`,
 *  `bias_gradient`, and of each parameter `<name>.next` and `<name>.squares.next`. */
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
  const hidden = hiddenRows(graph, shape, { tracks, parameters });
  const taste = tasteRows(graph, shape, { hidden, parameters });
  const scores = scoreRows(graph, taste, candidates);
  const right = softmaxLoss(graph, scores, input(graph, "row_weights", [rows, 1]));
  const parts = { parameters, hidden, taste, tracks, scores };
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
    const squares = input(graph, `${name}.squares`, weight.shape);
    const gradient = gradients[3 + index]!;
    const next = adagrad(graph, { weight, squares, gradient, rate: rateOf(graph, name, rate) });
    output(graph, `${name}.next`, next.weight);
    output(graph, `${name}.squares.next`, next.squares);
  }
  return encodeGraph(graph);
}

/** Adagrad moves a weight by the same amount however small its gradient, and a map of H · D weights
 *  moves a logit by all of them at once: the skip head learns at a lower rate than all others. */
function rateOf(graph: Graph, name: string, rate: Tensor): Tensor {
  if (!name.startsWith("skip_")) return rate;
  return node(graph, "Mul", [rate, scalar(graph, SKIP_RATE)], rate);
}

const SKIP_RATE = 0.01;

/** → [rows, H], the hidden state after each event. */
export function hiddenRows(
  graph: Graph,
  shape: StepShape,
  given: { readonly tracks: Tensor; readonly parameters: ReadonlyMap<string, Tensor> },
): Tensor {
  const { lanes, steps, dimension, featureWidth } = shape;
  const rows = lanes * steps;
  const gru = gruWeights(given.parameters);
  const features =
    featureWidth > 0 ? input(graph, "feature_rows", [rows, featureWidth]) : undefined;
  const track = shape.inputDropout
    ? multiply(graph, given.tracks, input(graph, "track_mask", [rows, dimension]))
    : given.tracks;
  const byStep = { axis: 0, count: steps };
  const gates = split(graph, inputGates(graph, { track, features }, gru), byStep);
  const keep = split(graph, input(graph, "keep", [rows, 1]), byStep);
  let hidden = input(graph, "hidden_before", [lanes, shape.hidden]);
  const states = gates.map((stepGates, step) => {
    const remembered = multiply(graph, hidden, keep[step]!);
    hidden = gruCell(graph, { gates: stepGates, hidden: remembered }, gru);
    return hidden;
  });
  output(graph, "hidden_after", hidden);
  return steps === 1 ? hidden : joinRows(graph, states);
}

/** [rows, H] → [rows, D] */
export function tasteRows(
  graph: Graph,
  shape: StepShape,
  given: { readonly hidden: Tensor; readonly parameters: ReadonlyMap<string, Tensor> },
): Tensor {
  const rows = shape.lanes * shape.steps;
  const hidden = shape.tasteDropout
    ? multiply(graph, given.hidden, input(graph, "taste_mask", [rows, shape.hidden]))
    : given.hidden;
  const projection = given.parameters.get("projection");
  if (!projection) return hidden;
  return add(graph, matmul(graph, hidden, projection), given.parameters.get("taste_bias")!);
}

function gruWeights(parameters: ReadonlyMap<string, Tensor>): GruWeights<Tensor> {
  const feature = parameters.get("feature");
  return {
    track: parameters.get("track")!,
    hidden: parameters.get("hidden")!,
    inputBias: parameters.get("input_bias")!,
    hiddenBias: parameters.get("hidden_bias")!,
    ...(feature && { feature }),
  };
}
