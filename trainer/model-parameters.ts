import type { ModelSizes } from "./onnx/model-sizes.ts";
import { parameterShapes } from "./onnx/parameter-shapes.ts";
import { skipShapes } from "./onnx/skip-head.ts";
import type { Random } from "./random.ts";
import type { ScoredTracks } from "./score-catalogue.ts";
import {
  learnedVectors,
  type TrackTable,
  type Vectors,
  type VectorTable,
  withBias,
} from "./track-table.ts";

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A weight with Adagrad's sum of its squared gradients and, with momentum, its last move. */
export interface Parameter extends Weight {
  readonly squares: Float32Array;
  readonly velocities?: Float32Array;
}

/** All that is learned of one model. */
export interface ModelWeights {
  readonly sizes: ModelSizes;
  /** By the names of `parameterShapes`. */
  readonly dense: ReadonlyMap<string, Weight>;
  readonly table: ScoredTracks;
  /** What tracks are heard by, where that is not the vectors of `table`. */
  readonly inputs?: Vectors;
}

/** A model's weights with what it needs to go on learning. */
export interface ModelParameters extends ModelWeights {
  readonly dense: ReadonlyMap<string, Parameter>;
  readonly table: TrackTable;
  readonly inputs?: VectorTable;
}

/** What tracks are heard by. */
export function inputVectors({ table, inputs }: ModelWeights): Vectors {
  return inputs ?? table;
}

/** Weights before any training: uniform within ±√(6 / (rows + columns)) of one gate's matrix
 *  (Glorot and Bengio 2010), gains 1, biases and the skip head 0: with it, all others begin as
 *  without. */
export function startingParameters(
  sizes: ModelSizes,
  tracks: number,
  random: Random,
  { momentum = 0 }: { readonly momentum?: number } = {},
): ModelParameters {
  const { dimension } = sizes;
  const moves = momentum > 0;
  const ofSkips = skipShapes(sizes);
  const dense = new Map<string, Parameter>();
  for (const [name, shape] of parameterShapes(sizes)) {
    const [rows = 0, columns] = shape;
    const values = new Float32Array(rows * (columns ?? 1));
    const gateColumns = TO_TASTE.has(name) ? dimension : sizes.hidden;
    const isDrawn = columns !== undefined && !ofSkips.has(name);
    if (isDrawn) fillUniform(values, Math.sqrt(6 / (rows + gateColumns)), random);
    else if (name.endsWith("_gain")) values.fill(1);
    const zeros = () => new Float32Array(values.length);
    const velocities = moves && { velocities: zeros() };
    dense.set(name, { shape, values, squares: zeros(), ...velocities });
  }
  const vectors = (): VectorTable => {
    const drawn = new Float32Array(tracks * dimension);
    fillUniform(drawn, Math.sqrt(6 / (tracks + dimension)), random);
    return learnedVectors({ count: tracks, dimension, vectors: drawn }, moves);
  };
  const table = withBias(vectors());
  return { sizes, dense, table, ...(sizes.vectors === "separate" && { inputs: vectors() }) };
}

/** Weights from the last layer to the taste: their columns are not those of gates. */
const TO_TASTE: ReadonlySet<string> = new Set(["projection", "last_track"]);

/** The weights alone; further training leaves them as they are. */
export function copyWeights({ sizes, dense, table, inputs }: ModelWeights): ModelWeights {
  const copies = Array.from(dense, ([name, { shape, values }]) => {
    return [name, { shape, values: values.slice() }] as const;
  });
  const copied = ({ count, dimension, vectors }: Vectors) => {
    return { count, dimension, vectors: vectors.slice() };
  };
  return {
    sizes,
    dense: new Map(copies),
    table: { ...copied(table), bias: table.bias.slice() },
    ...(inputs && { inputs: copied(inputs) }),
  };
}

/** Every array of the weights, by name. */
export function weightArrays(weights: ModelWeights): ReadonlyMap<string, Float32Array> {
  const { dense, table, inputs } = weights;
  const arrays = new Map(Array.from(dense, ([name, { values }]) => [name, values]));
  arrays.set("vectors", table.vectors).set("bias", table.bias);
  return inputs ? arrays.set("input_vectors", inputs.vectors) : arrays;
}

/** Adagrad's sums, by name. */
export function squareArrays(parameters: ModelParameters): ReadonlyMap<string, Float32Array> {
  const { dense, table, inputs } = parameters;
  const arrays = new Map(Array.from(dense, ([name, { squares }]) => [name, squares]));
  arrays.set("vectors", table.vectorSquares).set("bias", table.biasSquares);
  return inputs ? arrays.set("input_vectors", inputs.vectorSquares) : arrays;
}

/** The last moves, by name; none without momentum. */
export function velocityArrays(parameters: ModelParameters): ReadonlyMap<string, Float32Array> {
  const { dense, table, inputs } = parameters;
  const arrays: (readonly [string, Float32Array | undefined])[] = [
    ...Array.from(dense, ([name, { velocities }]) => [name, velocities] as const),
    ["vectors", table.vectorVelocities],
    ["bias", table.biasVelocities],
    ["input_vectors", inputs?.vectorVelocities],
  ];
  return new Map(arrays.flatMap(([name, array]) => (array ? [[name, array]] : [])));
}

function fillUniform(values: Float32Array, bound: number, random: Random): void {
  for (let index = 0; index < values.length; index++) {
    values[index] = (2 * random() - 1) * bound;
  }
}
