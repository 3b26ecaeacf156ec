/** The two directions in which vectors differ most, by power iteration on their covariance. */
export interface PrincipalAxes {
  /** [D] */
  readonly mean: Float64Array;
  /** Two of [D], each of length 1, at right angles. */
  readonly axes: readonly [Float64Array, Float64Array];
  /** Each axis's share of the whole variance. */
  readonly explained: readonly [number, number];
}

const ITERATIONS = 60;

/** `vectors` is [rows, D]. The same vectors give the same axes. */
export function principalAxes(vectors: Float32Array, dimension: number): PrincipalAxes {
  const mean = meanOf(vectors, dimension);
  const covariance = covarianceOf(vectors, dimension, mean);
  let whole = 0;
  for (let at = 0; at < dimension; at++) whole += covariance[at * dimension + at]!;
  const first = mainDirection(covariance, dimension);
  deflate(covariance, dimension, first);
  const second = mainDirection(covariance, dimension);
  const share = (variance: number) => (whole > 0 ? Math.max(0, variance) / whole : 0);
  return {
    mean,
    axes: [first.axis, second.axis],
    explained: [share(first.variance), share(second.variance)],
  };
}

/** Where a vector is on both axes. */
export function project({ mean, axes }: PrincipalAxes, vector: ArrayLike<number>) {
  const along = (axis: Float64Array) => {
    let sum = 0;
    for (let at = 0; at < axis.length; at++) sum += (vector[at]! - mean[at]!) * axis[at]!;
    return sum;
  };
  return { x: along(axes[0]), y: along(axes[1]) };
}

function meanOf(vectors: Float32Array, dimension: number): Float64Array {
  const rows = vectors.length / dimension;
  const mean = new Float64Array(dimension);
  for (let at = 0; at < vectors.length; at++) mean[at % dimension]! += vectors[at]! / rows;
  return mean;
}

/** [D, D] */
function covarianceOf(vectors: Float32Array, dimension: number, mean: Float64Array): Float64Array {
  const covariance = new Float64Array(dimension * dimension);
  const row = new Float64Array(dimension);
  for (let start = 0; start < vectors.length; start += dimension) {
    for (let at = 0; at < dimension; at++) row[at] = vectors[start + at]! - mean[at]!;
    for (let i = 0; i < dimension; i++) {
      const value = row[i]!;
      const place = i * dimension;
      for (let j = 0; j < dimension; j++) covariance[place + j]! += value * row[j]!;
    }
  }
  const rows = vectors.length / dimension;
  return covariance.map((sum) => sum / Math.max(1, rows));
}

interface Direction {
  readonly axis: Float64Array;
  readonly variance: number;
}

function mainDirection(covariance: Float64Array, dimension: number): Direction {
  // Of no symmetry, so that it is at right angles to no direction that vectors are likely to have.
  let axis = unit(Float64Array.from({ length: dimension }, (_, at) => 1 / (1.7 + at)));
  let variance = 0;
  for (let round = 0; round < ITERATIONS; round++) {
    const next = times(covariance, dimension, axis);
    variance = Math.hypot(...next);
    if (variance === 0) break;
    axis = unit(next);
  }
  return { axis, variance };
}

function times(matrix: Float64Array, dimension: number, vector: Float64Array): Float64Array {
  return vector.map((_, row) => {
    let sum = 0;
    for (let at = 0; at < dimension; at++) sum += matrix[row * dimension + at]! * vector[at]!;
    return sum;
  });
}

/** Takes a direction out, so that the next one is at right angles to it. */
function deflate(covariance: Float64Array, dimension: number, { axis, variance }: Direction): void {
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j < dimension; j++) {
      covariance[i * dimension + j]! -= variance * axis[i]! * axis[j]!;
    }
  }
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
