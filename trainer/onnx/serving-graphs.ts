import {
  encodeGraph,
  type Graph,
  input,
  integers,
  newGraph,
  node,
  output,
  type Tensor,
  weights,
} from "./graph-builder.ts";
import { runLayers, sideBySide } from "./layers.ts";
import { type ModelSizes, recurrentWidth, statesPerLayer, stateWidth } from "./model-sizes.ts";
import { parameterShapes } from "./parameter-shapes.ts";
import { skipLogits, skipShapes, skipWeights } from "./skip-head.ts";
import { tasteOf, tasteShapes } from "./taste.ts";

/** A model's dense weights by name, shaped as `parameterShapes` says. */
export type DenseWeights = ReadonlyMap<string, Float32Array>;

/** A bundle's `step`: `track` [batch, D], `features` [batch, F] (absent where F = 0), `hidden`
 *  [batch, S] → `hidden_next` [batch, S]. S is the `stateWidth` of `sizes`. */
export function stepGraph(sizes: ModelSizes, dense: DenseWeights): Uint8Array {
  const { dimension, featureWidth } = sizes;
  const graph = newGraph("step");
  const others = new Set([...tasteShapes(sizes).keys(), ...skipShapes(sizes).keys()]);
  const ofLayers = [...parameterShapes(sizes)].filter(([name]) => !others.has(name));
  const track = input(graph, "track", ["batch", dimension]);
  const features = featureWidth > 0 ? input(graph, "features", ["batch", featureWidth]) : undefined;
  const width = stateWidth(sizes);
  const state = input(graph, "hidden", ["batch", width]);
  const before = columns(graph, state, { from: 0, width: recurrentWidth(sizes) });
  const parameters = store(graph, new Map(ofLayers), dense);
  const inputs = { track, features, before, steps: 1, parameters };
  const { after } = runLayers(graph, sizes, inputs);
  const next = sizes.skipConnection ? sideBySide(graph, [after, track], width) : after;
  output(graph, "hidden_next", next);
  return encodeGraph(graph);
}

/** A bundle's `taste`: `hidden` [batch, S] → `taste` [batch, D]. */
export function tasteGraph(sizes: ModelSizes, dense: DenseWeights): Uint8Array {
  const graph = newGraph("taste");
  const state = input(graph, "hidden", ["batch", stateWidth(sizes)]);
  const top = topColumns(graph, state, sizes);
  const lastTrack = sizes.skipConnection
    ? columns(graph, state, { from: recurrentWidth(sizes), width: sizes.dimension })
    : undefined;
  const parameters = store(graph, tasteShapes(sizes), dense);
  output(graph, "taste", tasteOf(graph, { top, lastTrack }, parameters));
  return encodeGraph(graph);
}

/** A bundle's `skip`: `hidden` [batch, S] and `track` [batch, D] → `skip` [batch, 1], a logit. */
export function skipGraph(sizes: ModelSizes, dense: DenseWeights): Uint8Array {
  const graph = newGraph("skip");
  const state = input(graph, "hidden", ["batch", stateWidth(sizes)]);
  const tracks = input(graph, "track", ["batch", sizes.dimension]);
  const rows = { hidden: topColumns(graph, state, sizes), tracks };
  const parameters = store(graph, skipShapes(sizes), dense);
  output(graph, "skip", skipLogits(graph, rows, skipWeights(parameters)));
  return encodeGraph(graph);
}

/** Of states side by side, what the last layer says: [batch, S] → [batch, H]. */
function topColumns(graph: Graph, state: Tensor, sizes: ModelSizes): Tensor {
  const lastLayer = recurrentWidth(sizes) - statesPerLayer(sizes) * sizes.hidden;
  return columns(graph, state, { from: lastLayer, width: sizes.hidden });
}

/** Puts weights into the graph's own bytes. */
function store(
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]>,
  dense: DenseWeights,
): ReadonlyMap<string, Tensor> {
  return new Map(
    Array.from(shapes, ([name, shape]) => {
      return [name, weights(graph, `weights.${name}`, { shape, data: dense.get(name)! })];
    }),
  );
}

function columns(
  graph: Graph,
  whole: Tensor,
  { from, width }: { readonly from: number; readonly width: number },
): Tensor {
  if (whole.shape[1] === width) return whole;
  const bounds = [[from], [from + width], [1]].map((values) => integers(graph, values));
  return node(graph, "Slice", [whole, ...bounds], { shape: [whole.shape[0]!, width] });
}
