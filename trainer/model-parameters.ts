import type { ModelSizes } from "./onnx/serving-graphs.ts";
import type { Random } from "./random.ts";
import type { ScoredTracks } from "./score-catalogue.ts";
import type { TrackTable } from "./track-table.ts";

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A weight with Adagrad's sum of its squared gradients. */
export interface Parameter extends Weight {
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
  "skip_map",
  "skip_track",
  "skip_hidden",
  "skip_bias",
] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];

/** All that is learned of one model. */
export interface ModelWeights {
  readonly sizes: ModelSizes;
  /** `feature` only where F > 0; `projection` and `taste_bias` only where H ≠ D, and those of
   *  the skip head only where there is one. */
  readonly dense: ReadonlyMap<ParameterName, Weight>;
  readonly table: ScoredTracks;
}

/** A model's weights with what it needs to go on learning. */
export interface ModelParameters extends ModelWeights {
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
  if (sizes.skipHead) {
    shapes.set("skip_map", [hidden, dimension]).set("skip_track", [dimension]);
    shapes.set("skip_hidden", [hidden, 1]).set("skip_bias", [1]);
  }
  return shapes;
}

/** Weights before any training: uniform within ±√(6 / (rows + columns)) of one gate's matrix
 *  (Glorot and Bengio 2010), biases and the skip head 0: with it, all others begin as without. */
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
    if (columns && !name.startsWith("skip_"))
      fillUniform(values, Math.sqrt(6 / (rows + gateColumns)), random);
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

/** The weights alone; further training leaves them as they are. */
export function copyWeights({ sizes, dense, table }: ModelWeights): ModelWeights {
  const { count, dimension, vectors, bias } = table;
  const copies = Array.from(dense, ([name, { shape, values }]) => {
    return [name, { shape, values: values.slice() }] as const;
  });
  return {
    sizes,
    dense: new Map(copies),
    table: { count, dimension, vectors: vectors.slice(), bias: bias.slice() },
  };
}

/** Every array of the weights, by name. */
export function weightArrays({ dense, table }: ModelWeights): ReadonlyMap<string, Float32Array> {
  const arrays = new Map([...dense].map(([name, { values }]) => [name as string, values]));
  return arrays.set("vectors", table.vectors).set("bias", table.bias);
}

/** Adagrad's sums, by name. */
export function squareArrays(parameters: ModelParameters): ReadonlyMap<string, Float32Array> {
  const { dense, table } = parameters;
  const arrays = new Map([...dense].map(([name, { squares }]) => [name as string, squares]));
  return arrays.set("vectors", table.vectorSquares).set("bias", table.biasSquares);
}

function fillUniform(values: Float32Array, bound: number, random: Random): void {
  for (let index = 0; index < values.length; index++) {
    values[index] = (2 * random() - 1) * bound;
  }
}
