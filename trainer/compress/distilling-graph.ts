import { add, multiply, scoreRows } from "../onnx/differentiable-ops.ts";
import { differentiate } from "../onnx/differentiate.ts";
import { encodeGraph, input, newGraph, output, scalar } from "../onnx/graph-builder.ts";
import { softmaxLoss } from "../onnx/losses.ts";
import { learnWeight } from "../onnx/optimizers.ts";
import { parameterShapes } from "../onnx/parameter-shapes.ts";
import { heardTracks, type StepShape, tasteRows, topRows } from "../training-graph.ts";
import { softTargetLoss } from "./soft-targets.ts";

/** How much the teacher's word counts beside the right answers, 0…1. */
const TEACHER_SHARE = 0.7;
/** Above 1 a teacher says more of the tracks that it finds unlikely. */
const TEMPERATURE = 2;

/** One step by which a student learns from its teacher as a graph: forward, backward, Adagrad.
 *  The tracks' vectors are the teacher's and stay as they are.
 *
 *  | feeds | shape |
 *  |---|---|
 *  | `rate` | scalar |
 *  | `track_rows`, `feature_rows`, `keep` | [lanes, D], [lanes, F], [lanes, 1] |
 *  | `hidden_before` | [lanes, H] |
 *  | `teacher_taste` | [lanes, D] |
 *  | `candidate_rows`, `candidate_bias` | [lanes + negatives, D], [1, lanes + negatives] |
 *  | `row_weights` | [lanes, 1] |
 *  | each parameter, and `<name>.squares` | its own |
 *
 *  Fetches: `loss`, `hidden_after` [lanes, H], and of each parameter `<name>.next` and
 *  `<name>.squares.next`. Source: Hinton et al. 2015, arXiv 1503.02531. */
export function distillingGraph(shape: StepShape): Uint8Array {
  const graph = newGraph("distilling step");
  const { lanes, dimension } = shape;
  const columns = lanes + shape.negatives;
  const rate = input(graph, "rate", []);
  const parameters = new Map(
    [...parameterShapes(shape)].map(([name, size]) => [name, input(graph, name, size)]),
  );
  const tracks = input(graph, "track_rows", [lanes, dimension]);
  const candidates = {
    vectors: input(graph, "candidate_rows", [columns, dimension]),
    bias: input(graph, "candidate_bias", [1, columns]),
  };
  const heard = heardTracks(graph, shape, tracks);
  const top = topRows(graph, shape, { heard, parameters });
  const taste = tasteRows(graph, shape, { top, heard, parameters });
  const scores = scoreRows(graph, taste, candidates);
  const teacher = scoreRows(graph, input(graph, "teacher_taste", [lanes, dimension]), candidates);
  const weights = input(graph, "row_weights", [lanes, 1]);
  const soft = softTargetLoss(graph, scores, { teacher, weights, temperature: TEMPERATURE });
  const right = softmaxLoss(graph, taste, { ...candidates, weights });
  const loss = add(
    graph,
    multiply(graph, soft, scalar(graph, TEACHER_SHARE)),
    multiply(graph, right, scalar(graph, 1 - TEACHER_SHARE)),
  );
  output(graph, "loss", loss);
  const gradients = differentiate(graph, loss, [...parameters.values()]);
  for (const [index, [name, weight]] of [...parameters].entries()) {
    learnWeight(graph, { name, weight, gradient: gradients[index]!, rate });
  }
  return encodeGraph(graph);
}
