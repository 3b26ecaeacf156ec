import { ADAGRAD_EPSILON } from "./onnx/optimizers.ts";
import type { ScoredTracks } from "./score-catalogue.ts";

/** One model's vectors, read by its steps and scored by its tastes, with Adagrad's sums. */
export interface TrackTable extends ScoredTracks {
  /** [count, D] */
  readonly vectorSquares: Float32Array;
  /** [count] */
  readonly biasSquares: Float32Array;
}

/** Copies the rows of `tracks` into `target` [tracks, D]; track −1 is zeros. */
export function gatherRows(table: ScoredTracks, tracks: Int32Array, target: Float32Array): void {
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
  /** [rows]; overwritten by an update. */
  readonly bias: Float32Array;
}

/** Makes Adagrad's step on the rows that a batch touched. A track's gradients are summed first
 *  wherever it occurs in the batch, so the step is that of a dense gradient. */
export function rowUpdater(table: TrackTable): (rows: RowGradients, rate: number) => void {
  const firstRow = new Int32Array(table.count).fill(-1);
  return (rows, rate) => {
    for (let row = 0; row < rows.tracks.length; row++) {
      const track = rows.tracks[row]!;
      if (track < 0) continue;
      const first = firstRow[track]!;
      if (first < 0) firstRow[track] = row;
      else addRow(rows, { from: row, to: first }, table.dimension);
    }
    for (let row = 0; row < rows.tracks.length; row++) {
      const track = rows.tracks[row]!;
      if (track < 0 || firstRow[track] !== row) continue;
      firstRow[track] = -1;
      stepRow(table, rows, { row, track, rate });
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
  bias[move.to] = bias[move.to]! + bias[move.from]!;
}

function stepRow(
  table: TrackTable,
  rows: RowGradients,
  step: { readonly row: number; readonly track: number; readonly rate: number },
): void {
  const { dimension, vectors, vectorSquares } = table;
  const rate = fround(step.rate);
  const gradients = rows.vectors;
  const from = step.row * dimension;
  const to = step.track * dimension;
  // Rounding after each operation lets the engine compute in 32 bits, at half the time.
  for (let i = 0; i < dimension; i++) {
    const gradient = gradients[from + i]!;
    const squares = fround(vectorSquares[to + i]! + fround(gradient * gradient));
    vectorSquares[to + i] = squares;
    const scale = fround(sqrt(fround(squares + EPSILON)));
    vectors[to + i] = fround(vectors[to + i]! - fround(fround(rate * gradient) / scale));
  }
  const gradient = rows.bias[step.row]!;
  const squares = fround(table.biasSquares[step.track]! + gradient * gradient);
  table.biasSquares[step.track] = squares;
  const move = (rate * gradient) / sqrt(squares + EPSILON);
  table.bias[step.track] = table.bias[step.track]! - move;
}

const { fround, sqrt } = Math;
const EPSILON = fround(ADAGRAD_EPSILON);
