import { add, matmul } from "./differentiable-ops.ts";
import { encodeGraph, input, newGraph, node, output, weights } from "./graph-builder.ts";
import { type GruWeights, gruCell, inputGates } from "./gru-cell.ts";
import { type SkipWeights, skipLogits } from "./skip-head.ts";

/** The sizes of one model: H, D and F. */
export interface ModelSizes {
  readonly hidden: number;
  readonly dimension: number;
  readonly featureWidth: number;
  /** Whether the model says how likely a skip is. */
  readonly skipHead?: boolean;
}

/** Weights that turn a hidden state into a taste; none where the hidden state is the taste. */
export interface TasteWeights<Value> {
  /** [H, D] */
  readonly projection: Value;
  /** [D] */
  readonly bias: Value;
}

/** A bundle's `step`: `track` [batch, D], `features` [batch, F] (absent where F = 0), `hidden`
 *  [batch, H] → `hidden_next` [batch, H]. */
export function stepGraph(sizes: ModelSizes, values: GruWeights<Float32Array>): Uint8Array {
  const { hidden, dimension, featureWidth } = sizes;
  const graph = newGraph("step");
  const gates = 3 * hidden;
  const stored = (name: string, shape: number[], data: Float32Array) =>
    weights(graph, `weights.${name}`, { shape, data });
  const track = input(graph, "track", ["batch", dimension]);
  const features = featureWidth > 0 ? input(graph, "features", ["batch", featureWidth]) : undefined;
  const before = input(graph, "hidden", ["batch", hidden]);
  const gru = {
    track: stored("track", [dimension, gates], values.track),
    hidden: stored("hidden", [hidden, gates], values.hidden),
    inputBias: stored("input_bias", [gates], values.inputBias),
    hiddenBias: stored("hidden_bias", [gates], values.hiddenBias),
    ...(features && { feature: stored("feature", [featureWidth, gates], values.feature!) }),
  };
  const next = gruCell(
    graph,
    { gates: inputGates(graph, { track, features }, gru), hidden: before },
    gru,
  );
  output(graph, "hidden_next", next);
  return encodeGraph(graph);
}

/** A bundle's `taste`: `hidden` [batch, H] → `taste` [batch, D]. */
export function tasteGraph(
  sizes: Pick<ModelSizes, "hidden" | "dimension">,
  values?: TasteWeights<Float32Array>,
): Uint8Array {
  const graph = newGraph("taste");
  const hidden = input(graph, "hidden", ["batch", sizes.hidden]);
  if (values) {
    const shape = [sizes.hidden, sizes.dimension];
    const projection = weights(graph, "weights.projection", { shape, data: values.projection });
    const bias = weights(graph, "weights.bias", { shape: [sizes.dimension], data: values.bias });
    output(graph, "taste", add(graph, matmul(graph, hidden, projection), bias));
  } else {
    output(graph, "taste", node(graph, "Identity", [hidden], hidden));
  }
  return encodeGraph(graph);
}

/** A bundle's `skip`: `hidden` [batch, H] and `track` [batch, D] → `skip` [batch, 1], a logit. */
export function skipGraph(
  { hidden, dimension }: Pick<ModelSizes, "hidden" | "dimension">,
  values: SkipWeights<Float32Array>,
): Uint8Array {
  const graph = newGraph("skip");
  const stored = (name: string, shape: number[], data: Float32Array) =>
    weights(graph, `weights.${name}`, { shape, data });
  const rows = {
    hidden: input(graph, "hidden", ["batch", hidden]),
    tracks: input(graph, "track", ["batch", dimension]),
  };
  const logits = skipLogits(graph, rows, {
    map: stored("map", [hidden, dimension], values.map),
    track: stored("track", [dimension], values.track),
    hidden: stored("hidden", [hidden, 1], values.hidden),
    bias: stored("bias", [1], values.bias),
  });
  output(graph, "skip", logits);
  return encodeGraph(graph);
}
