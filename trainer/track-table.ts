import { ADAGRAD_EPSILON } from "./onnx/optimizers.ts";
import type { ScoredTracks } from "./score-catalogue.ts";

/** Rows of D numbers for all tracks. */
export type Vectors = Omit<ScoredTracks, "bias">;

/** Vectors with Adagrad's sums, [count, D], and, with momentum, their last moves. */
export interface VectorTable extends Vectors {
  readonly vectorSquares: Float32Array;
  readonly vectorVelocities?: Float32Array;
}

/** One model's vectors that are scored by its tastes and, where vectors are tied, read by its
 *  steps. The arrays of the bias have [count] numbers. */
export interface TrackTable extends VectorTable, ScoredTracks {
  readonly biasSquares: Float32Array;
  readonly biasVelocities?: Float32Array;
}

/** Vectors before any step; `moves` where they have momentum. */
export function learnedVectors(vectors: Vectors, moves: boolean): VectorTable {
  const zeros = () => new Float32Array(vectors.vectors.length);
  return { ...vectors, vectorSquares: zeros(), ...(moves && { vectorVelocities: zeros() }) };
}

export function withBias(table: VectorTable): TrackTable {
  const zeros = () => new Float32Array(table.count);
  const velocities = table.vectorVelocities && { biasVelocities: zeros() };
  return { ...table, bias: zeros(), biasSquares: zeros(), ...velocities };
}

/** Copies the rows of `tracks` into `target` [tracks, D]; track −1 is zeros. */
export function gatherRows(table: Vectors, tracks: Int32Array, target: Float32Array): void {
  const { dimension, vectors } = table;
  for (let row = 0; row < tracks.length; row++) {
    const from = tracks[row]! * dimension;
    const to = row * dimension;
    if (from < 0) target.fill(0, to, to + dimension);
    else for (let i = 0; i < dimension; i++) target[to + i] = vectors[from + i]!;
  }
}

/** Gradients of rows of a table: row r of each array is of track `tracks[r]`, −1 for none. */
export interface RowGradients {
  readonly tracks: Int32Array;
  /** [rows, D]; overwritten by an update. */
  readonly vectors: Float32Array;
  /** [rows]; overwritten by an update. None for a table that has no bias. */
  readonly bias?: Float32Array;
}

/** Makes Adagrad's step on the rows that a batch touched. A track's gradients are summed first
 *  wherever it occurs in the batch, so the step is that of a dense gradient; but with momentum, a
 *  track that is not in the batch rests. */
export function rowUpdater(
  table: VectorTable & Partial<TrackTable>,
  momentum = 0,
): (rows: RowGradients, rate: number) => void {
  const firstRow = new Int32Array(table.count).fill(-1);
  return (rows, rate) => {
    for (let row = 0; row < rows.tracks.length; row++) {
      const track = rows.tracks[row]!;
      if (track < 0) continue;
      const first = firstRow[track]!;
      if (first < 0) firstRow[track] = row;
      else addRow(rows, { from: row, to: first }, table.dimension);
    }
    const vectors = learnedNumbers(table, rows);
    const bias = learnedBias(table, rows);
    const { dimension } = table;
    const step = { rate, momentum };
    for (let row = 0; row < rows.tracks.length; row++) {
      const track = rows.tracks[row]!;
      if (track < 0 || firstRow[track] !== row) continue;
      firstRow[track] = -1;
      stepNumbers(vectors, { from: row * dimension, to: track * dimension, dimension }, step);
      if (bias) stepNumbers(bias, { from: row, to: track, dimension: 1 }, step);
    }
  };
}

function addRow(
  rows: RowGradients,
  move: { readonly from: number; readonly to: number },
  dimension: number,
): void {
  const { vectors, bias } = rows;
  const from = move.from * dimension;
  const to = move.to * dimension;
  for (let i = 0; i < dimension; i++) vectors[to + i] = vectors[to + i]! + vectors[from + i]!;
  if (bias) bias[move.to] = bias[move.to]! + bias[move.from]!;
}

/** Numbers of a table with what moves them. */
interface LearnedNumbers {
  readonly values: Float32Array;
  readonly squares: Float32Array;
  readonly velocities: Float32Array | undefined;
  readonly gradients: Float32Array;
}

function learnedNumbers(table: VectorTable, rows: RowGradients): LearnedNumbers {
  const { vectors, vectorSquares, vectorVelocities } = table;
  const velocities = vectorVelocities;
  return { values: vectors, squares: vectorSquares, velocities, gradients: rows.vectors };
}

function learnedBias(
  { bias, biasSquares, biasVelocities }: Partial<TrackTable>,
  rows: RowGradients,
): LearnedNumbers | undefined {
  if (!bias || !biasSquares || !rows.bias) return undefined;
  const velocities = biasVelocities;
  return { values: bias, squares: biasSquares, velocities, gradients: rows.bias };
}

function stepNumbers(
  learned: LearnedNumbers,
  place: { readonly from: number; readonly to: number; readonly dimension: number },
  step: { readonly rate: number; readonly momentum: number },
): void {
  const { values, squares, velocities, gradients } = learned;
  const { from, to, dimension } = place;
  const { rate, momentum } = step;
  for (let i = 0; i < dimension; i++) {
    const gradient = gradients[from + i]!;
    const sum = squares[to + i]! + gradient * gradient;
    squares[to + i] = sum;
    let move = (rate * gradient) / Math.sqrt(sum + ADAGRAD_EPSILON);
    if (velocities) {
      move -= momentum * velocities[to + i]!;
      velocities[to + i] = -move;
    }
    values[to + i] = values[to + i]! - move;
  }
}
