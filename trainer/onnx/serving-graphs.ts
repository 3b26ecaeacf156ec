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
import { tasteOf, tasteShapes } from "./taste.ts";

/** A model's dense weights by name, shaped as `parameterShapes` says. */
export type DenseWeights = ReadonlyMap<string, Float32Array>;

/** A bundle's `step`: `track` [batch, D], `features` [batch, F] (absent where F = 0), `hidden`
 *  [batch, S] → `hidden_next` [batch, S]. S is the `stateWidth` of `sizes`. */
export function stepGraph(sizes: ModelSizes, dense: DenseWeights): Uint8Array {
  const { dimension, featureWidth } = sizes;
  const graph = newGraph("step");
  const ofTaste = tasteShapes(sizes);
  const ofLayers = [...parameterShapes(sizes)].filter(([name]) => !ofTaste.has(name));
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
  const { hidden, dimension } = sizes;
  const state = input(graph, "hidden", ["batch", stateWidth(sizes)]);
  const recurrent = recurrentWidth(sizes);
  const lastLayer = recurrent - statesPerLayer(sizes) * hidden;
  const top = columns(graph, state, { from: lastLayer, width: hidden });
  const lastTrack = sizes.skipConnection
    ? columns(graph, state, { from: recurrent, width: dimension })
    : undefined;
  const parameters = store(graph, tasteShapes(sizes), dense);
  output(graph, "taste", tasteOf(graph, { top, lastTrack }, parameters));
  return encodeGraph(graph);
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
