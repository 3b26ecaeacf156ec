import { assert } from "../core/domain/failure.ts";

/** Examples of a yes or no. */
export interface Examples {
  /** [rows, width] */
  readonly signs: Float64Array;
  /** [rows]: 1 for yes. */
  readonly labels: Uint8Array;
  readonly width: number;
}

const ROUNDS_MAX = 25;
/** A round that moves no weight by more than this is the last. */
const MOVE_MIN = 1e-9;

/** [width]: the weights of a logistic regression, by Newton's method with a Gaussian prior of
 *  precision `ridge` on each weight. Source: Murphy 2012, Machine Learning: a Probabilistic
 *  Perspective, section 8.3.4 (iteratively reweighted least squares) and 8.3.6. */
export function logisticRegression(examples: Examples, ridge: number): Float64Array {
  const { width } = examples;
  const weights = new Float64Array(width);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { gradient, curvature } = slopes(examples, weights, ridge);
    const move = solve(curvature, gradient);
    for (let index = 0; index < width; index++) weights[index]! -= move[index]!;
    if (move.every((amount) => Math.abs(amount) < MOVE_MIN)) break;
  }
  return weights;
}

/** Gradient [width] and Hessian [width, width] of the loss. */
function slopes(
  { signs, labels, width }: Examples,
  weights: Float64Array,
  ridge: number,
): { readonly gradient: Float64Array; readonly curvature: Float64Array } {
  const gradient = weights.map((weight) => ridge * weight);
  const curvature = new Float64Array(width * width);
  for (let index = 0; index < width; index++) curvature[index * (width + 1)] = ridge;
  for (let row = 0; row < labels.length; row++) {
    const own = signs.subarray(row * width, (row + 1) * width);
    const logit = own.reduce((sum, sign, index) => sum + sign * weights[index]!, 0);
    const chance = 1 / (1 + Math.exp(-logit));
    for (let index = 0; index < width; index++) {
      const sign = own[index]!;
      if (sign === 0) continue;
      gradient[index]! += (chance - labels[row]!) * sign;
      const share = chance * (1 - chance) * sign;
      for (let other = 0; other < width; other++) {
        curvature[index * width + other]! += share * own[other]!;
      }
    }
  }
  return { gradient, curvature };
}

/** x of matrix · x = values, for a positive definite matrix, by Cholesky's decomposition, which it
 *  writes over the lower triangle. */
function solve(matrix: Float64Array, values: Float64Array): Float64Array {
  const width = values.length;
  const at = (row: number, column: number) => matrix[row * width + column]!;
  const solution = values.slice();
  for (let row = 0; row < width; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = at(row, column);
      for (let index = 0; index < column; index++) sum -= at(row, index) * at(column, index);
      assert(row !== column || sum > 0, "a ridge makes the matrix positive definite");
      matrix[row * width + column] = row === column ? Math.sqrt(sum) : sum / at(column, column);
    }
  }
  for (let row = 0; row < width; row++) {
    for (let index = 0; index < row; index++) solution[row]! -= at(row, index) * solution[index]!;
    solution[row]! /= at(row, row);
  }
  for (let row = width - 1; row >= 0; row--) {
    for (let index = row + 1; index < width; index++) {
      solution[row]! -= at(index, row) * solution[index]!;
    }
    solution[row]! /= at(row, row);
  }
  return solution;
}
