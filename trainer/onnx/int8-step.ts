import { add, matmul } from "./differentiable-ops.ts";
import { CONTRIB_DOMAIN } from "./encode-model.ts";
import {
  constant,
  encodeGraph,
  type Graph,
  input,
  newGraph,
  node,
  output,
  scalar,
  type Tensor,
  weights,
} from "./graph-builder.ts";
import { gruCellOf } from "./gru-cell.ts";
import type { ModelSizes } from "./model-sizes.ts";
import type { DenseWeights } from "./serving-graphs.ts";

/** Numbers of an input as whole steps of −63…63, stored around 64, those of a weight of −127…127.
 *  Kernels of processors without VNNI add two products in 16 bits; 2 · 127 · 127 is the most that
 *  these can come to, and fits. So every processor gives the same sums. An input can spare a bit
 *  sooner than a weight: its errors differ from step to step, a weight's come back in each. */
const INPUT_STEPS_MAX = 63;
const INPUT_ZERO = 64;
const WEIGHT_STEPS_MAX = 127;

/** `stepGraph` of the plain form with the two large products in whole numbers. Hidden states lie
 *  within −1…1, so their scale is fixed; tracks' numbers beyond ±`trackMax` are cut. Neither
 *  depends on what else is in the batch, and sums of whole numbers on no order, so a row's bits are
 *  the same in any company. Weights have a scale for each column.
 *  Source: Jacob et al. 2018, arXiv 1712.05877, section 2. */
export function int8StepGraph(
  sizes: ModelSizes,
  dense: DenseWeights,
  trackMax: number,
): Uint8Array {
  const { hidden, dimension, featureWidth } = sizes;
  const graph = newGraph("int8 step");
  const columns = 3 * hidden;
  const track = input(graph, "track", ["batch", dimension]);
  const features = featureWidth > 0 ? input(graph, "features", ["batch", featureWidth]) : undefined;
  const before = input(graph, "hidden", ["batch", hidden]);
  const trackRange = trackMax > 0 ? trackMax : 1;
  let gates = product(graph, cut(graph, track, trackRange), {
    ...{ name: "track", columns, inputMax: trackRange },
    ...{ weights: dense.get("track")!, bias: dense.get("input_bias")! },
  });
  if (features) {
    const shape = [featureWidth, columns];
    const feature = weights(graph, "weights.feature", { shape, data: dense.get("feature")! });
    gates = add(graph, gates, matmul(graph, features, feature));
  }
  const recurrent = product(graph, before, {
    ...{ name: "hidden", columns, inputMax: 1 },
    ...{ weights: dense.get("hidden")!, bias: dense.get("hidden_bias")! },
  });
  output(graph, "hidden_next", gruCellOf(graph, { gates, recurrent, hidden: before }));
  return encodeGraph(graph);
}

/** Numbers beyond ±`most` become ±`most`. */
function cut(graph: Graph, rows: Tensor, most: number): Tensor {
  const ends = [-most, most].map((end) => scalar(graph, end));
  return node(graph, "Clip", [rows, ...ends], rows);
}

/** [rows, inner] · [inner, columns] + bias, the numbers of both rounded to steps. */
function product(
  graph: Graph,
  rows: Tensor,
  plan: {
    readonly name: string;
    readonly columns: number;
    /** What the input's largest step stands for. */
    readonly inputMax: number;
    /** [inner, columns] */
    readonly weights: Float32Array;
    /** [columns] */
    readonly bias: Float32Array;
  },
): Tensor {
  const { name, columns } = plan;
  const { steps, scales } = roundColumns(plan.weights, columns);
  const inner = steps.length / columns;
  const number = (key: string, data: Float32Array | Uint8Array) =>
    constant(graph, key, { shape: [], data });
  const stored = (key: string, shape: number[], data: Float32Array | Int8Array) =>
    weights(graph, `${key}.${name}`, { shape, data });
  const inputScale = number(`scale.${name}`, Float32Array.of(plan.inputMax / INPUT_STEPS_MAX));
  const inputZero = number("zero", Uint8Array.of(INPUT_ZERO));
  const rounded = node(graph, "QuantizeLinear", [rows, inputScale, inputZero], {
    shape: rows.shape,
    type: "uint8",
  });
  const operands = [
    ...[rounded, stored("weights", [inner, columns], steps)],
    ...[inputScale, stored("scales", [columns], scales), inputZero],
    stored("zeros", [columns], new Int8Array(columns)),
    stored("bias", [columns], plan.bias),
  ];
  // One kernel for product, scales and bias: as ONNX's own operations they took a third longer.
  return node(graph, "MatMulIntegerToFloat", operands, {
    shape: [rows.shape[0]!, columns],
    domain: CONTRIB_DOMAIN,
  });
}

/** Rounds each column of [inner, columns] to steps of its own. */
function roundColumns(
  matrix: Float32Array,
  columns: number,
): { readonly steps: Int8Array; readonly scales: Float32Array } {
  const largest = new Float64Array(columns);
  for (let at = 0; at < matrix.length; at++) {
    const column = at % columns;
    largest[column] = Math.max(largest[column]!, Math.abs(matrix[at]!));
  }
  const scales = Float32Array.from(largest, (most) => most / WEIGHT_STEPS_MAX);
  const steps = Int8Array.from(matrix, (value, at) => {
    const scale = scales[at % columns]!;
    return scale === 0
      ? 0
      : Math.max(-WEIGHT_STEPS_MAX, Math.min(WEIGHT_STEPS_MAX, Math.round(value / scale)));
  });
  return { steps, scales };
}
