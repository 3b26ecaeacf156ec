/** The axes along which a model's vectors differ most, for a search that reads those first. */
export interface PrincipalAxes {
  /** [D, D], row-major: one axis a row, the one with most of the vectors' length first. */
  readonly axes: Float32Array;
  /** [D]: each axis' share of the vectors' squared length. */
  readonly shares: Float64Array;
  /** At least how far the axes, as float32, are from being orthonormal: the Frobenius norm of
   *  A·Aᵀ − I. */
  readonly skew: number;
}

const SAMPLE_ROWS_MAX = 4096;
const ROUNDS = 6;
/** Lifts the spectrum by so much of its mean, so that no axis is lost where vectors span fewer. */
const LIFT = 1e-3;

/** Finds the axes by orthogonal iteration on the second moments of a sample of rows, not centred,
 *  since a search is for dot products. They need not be converged to be orthonormal. Undefined
 *  where the vectors are all zeros.
 *  Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.2.4. */
export function principalAxes(vectors: Float32Array, dimension: number): PrincipalAxes | undefined {
  const moments = secondMoments(vectors, dimension);
  const trace = sumOfDiagonal(moments, dimension);
  if (!(trace > 0)) return undefined;
  for (let axis = 0; axis < dimension; axis++) {
    const at = axis * dimension + axis;
    moments[at] = moments[at]! + (LIFT * trace) / dimension;
  }
  // Cosines: where the iteration began with the columns themselves, one that no other is mixed with
  // would stay the axis that it was.
  let basis: Float64Array = Float64Array.from({ length: dimension * dimension }, (_, at) => {
    const [axis, column] = [Math.floor(at / dimension), at % dimension];
    return Math.cos((Math.PI * (column + 0.5) * axis) / dimension);
  });
  const lengths = new Float64Array(dimension);
  for (let round = 0; round < ROUNDS; round++) {
    basis = timesSymmetric(basis, moments, dimension);
    makeOrthonormal(basis, dimension, lengths);
  }
  // In the last round each axis was stretched by about its eigenvalue.
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const axes = Float32Array.from(basis);
  return { axes, shares: lengths.map((length) => length / whole), skew: skewOf(axes, dimension) };
}

/** [D, D]: Σ v·vᵀ over rows that are spread evenly. */
function secondMoments(vectors: Float32Array, dimension: number): Float64Array {
  const rows = vectors.length / dimension;
  const taken = Math.min(rows, SAMPLE_ROWS_MAX);
  const moments = new Float64Array(dimension * dimension);
  for (let sample = 0; sample < taken; sample++) {
    const from = Math.floor((sample * rows) / taken) * dimension;
    for (let one = 0; one < dimension; one++) {
      const value = vectors[from + one]!;
      const target = one * dimension;
      for (let other = 0; other < dimension; other++) {
        moments[target + other] = moments[target + other]! + value * vectors[from + other]!;
      }
    }
  }
  return moments;
}

function sumOfDiagonal(matrix: Float64Array, dimension: number): number {
  let sum = 0;
  for (let at = 0; at < dimension; at++) sum += matrix[at * dimension + at]!;
  return sum;
}

/** Each row of `basis` times a symmetric matrix. */
function timesSymmetric(
  basis: Float64Array,
  matrix: Float64Array,
  dimension: number,
): Float64Array {
  const result = new Float64Array(dimension * dimension);
  for (let row = 0; row < dimension; row++) {
    const target = row * dimension;
    for (let inner = 0; inner < dimension; inner++) {
      const value = basis[target + inner]!;
      const source = inner * dimension;
      for (let column = 0; column < dimension; column++) {
        result[target + column] = result[target + column]! + value * matrix[source + column]!;
      }
    }
  }
  return result;
}

/** Gram and Schmidt's way, twice, since once loses digits; `lengths` gets what was left of each
 *  row before it was scaled to 1. */
function makeOrthonormal(basis: Float64Array, dimension: number, lengths: Float64Array): void {
  for (let row = 0; row < dimension; row++) {
    const own = basis.subarray(row * dimension, (row + 1) * dimension);
    for (let time = 0; time < 2; time++) {
      for (let before = 0; before < row; before++) {
        const other = basis.subarray(before * dimension, (before + 1) * dimension);
        const along = dot(own, other);
        for (let at = 0; at < dimension; at++) own[at] = own[at]! - along * other[at]!;
      }
      const length = Math.sqrt(dot(own, own));
      if (time === 0) lengths[row] = length;
      for (let at = 0; at < dimension; at++) own[at] = own[at]! / length;
    }
  }
}

function skewOf(axes: Float32Array, dimension: number): number {
  let squared = 0;
  for (let row = 0; row < dimension; row++) {
    const own = axes.subarray(row * dimension, (row + 1) * dimension);
    for (let other = 0; other <= row; other++) {
      const along = dot(own, axes.subarray(other * dimension, (other + 1) * dimension));
      const off = along - (row === other ? 1 : 0);
      squared += (row === other ? 1 : 2) * off * off;
    }
  }
  return Math.sqrt(squared);
}

function dot(one: Float32Array | Float64Array, other: Float32Array | Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}
