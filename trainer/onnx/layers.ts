import { joinRows, multiply, split } from "./differentiable-ops.ts";
import { inputGates, type LayerWeights } from "./gates.ts";
import { type Graph, node, type Tensor } from "./graph-builder.ts";
import { gruCell } from "./gru-cell.ts";
import { lstmCell } from "./lstm-cell.ts";
import { type ModelSizes, recurrentWidth, statesPerLayer } from "./model-sizes.ts";

export type LayerRole = keyof LayerWeights<unknown>;

/** The weights of a layer, counted from 1, with their shapes. */
export function layerShapes(
  sizes: ModelSizes,
  layer: number,
): ReadonlyMap<LayerRole, readonly number[]> {
  const { hidden, cell = "gru" } = sizes;
  const gates = (cell === "gru" ? 3 : 4) * hidden;
  const width = layer === 1 ? sizes.dimension : hidden;
  const shapes = new Map<LayerRole, readonly number[]>([["input", [width, gates]]]);
  if (layer === 1 && sizes.featureWidth > 0) shapes.set("feature", [sizes.featureWidth, gates]);
  shapes.set("hidden", [hidden, gates]).set("inputBias", [gates]);
  if (cell === "gru") shapes.set("hiddenBias", [gates]);
  if (sizes.normalise === "gates") shapes.set("inputGain", [gates]).set("hiddenGain", [gates]);
  return shapes;
}

/** What a layer's weight is called among a model's parameters. */
export function layerWeightName(layer: number, role: LayerRole): string {
  return layer === 1 ? FIRST_LAYER_NAMES[role] : `layer_${layer}.${LAYER_NAMES[role]}`;
}

const LAYER_NAMES: Readonly<Record<LayerRole, string>> = {
  input: "input",
  feature: "feature",
  hidden: "hidden",
  inputBias: "input_bias",
  hiddenBias: "hidden_bias",
  inputGain: "input_gain",
  hiddenGain: "hidden_gain",
};
const FIRST_LAYER_NAMES = { ...LAYER_NAMES, input: "track" };

/** What goes into the layers. rows = steps · lanes, one step's rows after another's. */
export interface LayerInputs {
  /** [rows, D] */
  readonly track: Tensor;
  /** [rows, F], where F > 0. */
  readonly features?: Tensor | undefined;
  /** [lanes, R] */
  readonly before: Tensor;
  /** [rows, 1]: 0 where the states are forgotten before the event; without it they never are. */
  readonly keep?: Tensor | undefined;
  readonly steps: number;
}

/** Leads rows through all layers, each layer through all steps before the next one begins. → what
 *  the last layer says after each event, [rows, H], and the states after the last step, [lanes,
 *  R]. */
export function runLayers(
  graph: Graph,
  sizes: ModelSizes,
  given: LayerInputs & { readonly parameters: ReadonlyMap<string, Tensor> },
): { readonly top: Tensor; readonly after: Tensor } {
  const { steps, parameters, before, keep } = given;
  const layers = sizes.layers ?? 1;
  const each = statesPerLayer(sizes);
  const parts = cut(graph, before, { axis: 1, count: layers * each });
  const keepOfStep = keep && byStep(graph, keep, steps);
  const after: Tensor[] = [];
  let rows = given.track;
  for (let layer = 1; layer <= layers; layer++) {
    const weights = weightsOf(layerShapes(sizes, layer), layer, parameters);
    const features = layer === 1 ? given.features : undefined;
    const gates = inputGates(graph, { input: rows, features }, weights);
    let states: readonly Tensor[] = parts.slice((layer - 1) * each, layer * each);
    const said = byStep(graph, gates, steps).map((stepGates, step) => {
      const kept = keepOfStep?.[step];
      const known = kept ? states.map((state) => multiply(graph, state, kept)) : states;
      states = nextStates(graph, { gates: stepGates, states: known }, weights);
      return states[0]!;
    });
    rows = steps === 1 ? said[0]! : joinRows(graph, said);
    after.push(...states);
  }
  return { top: rows, after: sideBySide(graph, after, recurrentWidth(sizes)) };
}

/** A layer's states after one more step; the first is what it says. */
function nextStates(
  graph: Graph,
  { gates, states }: { readonly gates: Tensor; readonly states: readonly Tensor[] },
  weights: LayerWeights<Tensor>,
): readonly Tensor[] {
  const [hidden, cell] = states;
  if (!cell) return [gruCell(graph, { gates, hidden: hidden! }, weights)];
  const next = lstmCell(graph, { gates, hidden: hidden!, cell }, weights);
  return [next.hidden, next.cell];
}

function weightsOf(
  shapes: ReadonlyMap<LayerRole, unknown>,
  layer: number,
  parameters: ReadonlyMap<string, Tensor>,
): LayerWeights<Tensor> {
  const named = Array.from(shapes.keys(), (role) => {
    return [role, parameters.get(layerWeightName(layer, role))!];
  });
  return Object.fromEntries(named) as unknown as LayerWeights<Tensor>;
}

function byStep(graph: Graph, rows: Tensor, steps: number): Tensor[] {
  return cut(graph, rows, { axis: 0, count: steps });
}

function cut(graph: Graph, whole: Tensor, parts: Parameters<typeof split>[2]): Tensor[] {
  return parts.count === 1 ? [whole] : split(graph, whole, parts);
}

/** Joins [rows, A], [rows, B], … to [rows, `width`]; nothing is learned through it. */
export function sideBySide(graph: Graph, parts: readonly Tensor[], width: number): Tensor {
  if (parts.length === 1) return parts[0]!;
  const shape = [parts[0]!.shape[0]!, width];
  return node(graph, "Concat", parts, { shape, attributes: { axis: 1 } });
}
