import type { ModelSizes } from "./onnx/serving-graphs.ts";
import type { Random } from "./random.ts";
import type { TrackTable } from "./track-table.ts";

/** A dense weight, with Adagrad's sum of its squared gradients. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly squares: Float32Array;
}

export const PARAMETER_NAMES = [
  "track",
  "feature",
  "hidden",
  "input_bias",
  "hidden_bias",
  "projection",
  "taste_bias",
] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];

/** All that is learned of one model. */
export interface ModelParameters {
  readonly sizes: ModelSizes;
  /** `feature` only where F > 0; `projection` and `taste_bias` only where H ≠ D. */
  readonly dense: ReadonlyMap<ParameterName, Parameter>;
  readonly table: TrackTable;
}

/** The dense weights that a model of these sizes has, in order, with their shapes. */
export function parameterShapes(sizes: ModelSizes): ReadonlyMap<ParameterName, readonly number[]> {
  const { hidden, dimension, featureWidth } = sizes;
  const gates = 3 * hidden;
  const shapes = new Map<ParameterName, readonly number[]>([["track", [dimension, gates]]]);
  if (featureWidth > 0) shapes.set("feature", [featureWidth, gates]);
  shapes.set("hidden", [hidden, gates]).set("input_bias", [gates]).set("hidden_bias", [gates]);
  if (hidden !== dimension) {
    shapes.set("projection", [hidden, dimension]).set("taste_bias", [dimension]);
  }
  return shapes;
}

/** Weights before any training: uniform within ±√(6 / (rows + columns)) of one gate's matrix
 *  (Glorot and Bengio 2010), biases 0. */
export function startingParameters(
  sizes: ModelSizes,
  tracks: number,
  random: Random,
): ModelParameters {
  const { dimension } = sizes;
  const dense = new Map<ParameterName, Parameter>();
  for (const [name, shape] of parameterShapes(sizes)) {
    const [rows = 0, columns] = shape;
    const values = new Float32Array(rows * (columns ?? 1));
    const gateColumns = name === "projection" ? dimension : sizes.hidden;
    if (columns) fillUniform(values, Math.sqrt(6 / (rows + gateColumns)), random);
    dense.set(name, { shape, values, squares: new Float32Array(values.length) });
  }
  const vectors = new Float32Array(tracks * dimension);
  fillUniform(vectors, Math.sqrt(6 / (tracks + dimension)), random);
  return {
    sizes,
    dense,
    table: {
      count: tracks,
      dimension,
      vectors,
      vectorSquares: new Float32Array(tracks * dimension),
      bias: new Float32Array(tracks),
      biasSquares: new Float32Array(tracks),
    },
  };
}

/** A copy that further training leaves as it is. */
export function copyParameters(parameters: ModelParameters): ModelParameters {
  return structuredClone(parameters);
}

/** Sets `parameters` to the values of `source`, in place. */
export function restoreParameters(parameters: ModelParameters, source: ModelParameters): void {
  for (const [name, { values, squares }] of source.dense) {
    parameters.dense.get(name)!.values.set(values);
    parameters.dense.get(name)!.squares.set(squares);
  }
  const { table } = parameters;
  table.vectors.set(source.table.vectors);
  table.vectorSquares.set(source.table.vectorSquares);
  table.bias.set(source.table.bias);
  table.biasSquares.set(source.table.biasSquares);
}

function fillUniform(values: Float32Array, bound: number, random: Random): void {
  for (let index = 0; index < values.length; index++) {
    values[index] = (2 * random() - 1) * bound;
  }
}
