import { differentiate } from "../onnx/differentiate.ts";
import { encodeGraph, input, newGraph, output } from "../onnx/graph-builder.ts";
import type { ModelSizes } from "../onnx/model-sizes.ts";
import { learnWeight } from "../onnx/optimizers.ts";
import { parameterShapes } from "../onnx/parameter-shapes.ts";
import { cosineLoss, squaredDistanceLoss } from "../onnx/taste-losses.ts";
import { tasteRows, topRows } from "../training-graph.ts";
import type { TasteLoss } from "./settings.ts";

/** The fixed sizes of one step: rows = steps · lanes. */
export interface TasteStepShape extends ModelSizes {
  readonly lanes: number;
  readonly steps: number;
  readonly loss: TasteLoss;
}

/** One training step of a GRU whose taste is drawn to the wanted track's vector, as a graph. The
 *  vectors are given and stay as they are.
 *
 *  | feeds | shape |
 *  |---|---|
 *  | `rate` | scalar |
 *  | `track_rows`, `feature_rows`, `keep` | [rows, D], [rows, F], [rows, 1] |
 *  | `hidden_before` | [lanes, H] |
 *  | `target_rows`, `row_weights` | [rows, D], [rows, 1] |
 *  | each parameter, and `<name>.squares` | its own |
 *
 *  Fetches: `loss`, `hidden_after` [lanes, H], and of each parameter `<name>.next` and
 *  `<name>.squares.next`. */
export function tasteGraph(shape: TasteStepShape): Uint8Array {
  const graph = newGraph("taste step");
  const rows = shape.lanes * shape.steps;
  const rate = input(graph, "rate", []);
  const parameters = new Map(
    [...parameterShapes(shape)].map(([name, size]) => [name, input(graph, name, size)]),
  );
  const tracks = input(graph, "track_rows", [rows, shape.dimension]);
  const undropped = { ...shape, inputDropout: false, tasteDropout: false };
  const top = topRows(graph, undropped, { heard: tracks, parameters });
  const taste = tasteRows(graph, undropped, { top, heard: tracks, parameters });
  const wanted = {
    targets: input(graph, "target_rows", [rows, shape.dimension]),
    weights: input(graph, "row_weights", [rows, 1]),
  };
  const lossOf = shape.loss === "cosine" ? cosineLoss : squaredDistanceLoss;
  const loss = lossOf(graph, taste, wanted);
  output(graph, "loss", loss);

  const gradients = differentiate(graph, loss, [...parameters.values()]);
  for (const [index, [name, weight]] of [...parameters].entries()) {
    learnWeight(graph, { name, weight, gradient: gradients[index]!, rate });
  }
  return encodeGraph(graph);
}
