import { inputVectors, type ModelParameters } from "./model-parameters.ts";
import { openGraph, type Values } from "./onnx/graph-session.ts";
import { recurrentWidth } from "./onnx/model-sizes.ts";
import { gatherRows, type RowGradients, rowUpdater } from "./track-table.ts";
import { type StepShape, trainingGraph } from "./training-graph.ts";

/** What one step learns from; the caller fills it. rows = steps · lanes. */
export interface StepBatch {
  /** [rows]: tracks that are heard, −1 for none. */
  readonly heard: Int32Array;
  /** [rows + negatives]: row r's right answer at r, then the negatives; −1 for none. */
  readonly candidates: Int32Array;
  /** [rows, F] */
  readonly features: Float32Array;
  /** [rows]: 0 where the hidden state is forgotten before the event. */
  readonly keep: Float32Array;
  /** [rows + negatives]: added to a candidate's score, in training alone. */
  readonly correction: Float32Array;
  /** [rows] */
  readonly weights: Float32Array;
  /** Empty without a skip head. */
  readonly skips: SkipBatch;
  /** [rows, D] and [rows, H]: 0 or 1 / (1 − share); empty without dropout. */
  readonly trackMask: Float32Array;
  readonly tasteMask: Float32Array;
}

/** What one step learns from skips; rows as in `StepBatch`. */
export interface SkipBatch {
  /** [rows]: the track that came next, −1 for none. */
  readonly next: Int32Array;
  /** [rows]: 1 where it was skipped, and how much that counts. */
  readonly labels: Float32Array;
  readonly weights: Float32Array;
  /** [rows]: how much the heard track is pushed down, and what is added to its score then. */
  readonly pushWeights: Float32Array;
  readonly pushCorrection: Float32Array;
}

/** Learns from batches, one after another; it changes the parameters in place. */
export interface TrainingStep {
  readonly batch: StepBatch;
  /** [lanes, R]: the lanes' hidden states before the next run; zeros at first. */
  readonly hidden: Float32Array;
  /** → the batch's loss. The lanes' hidden states carry over to the next run. */
  run(rate: number): Promise<number>;
  close(): Promise<void>;
}

export async function openTrainingStep(
  parameters: ModelParameters,
  shape: StepShape,
): Promise<TrainingStep> {
  const rows = shape.lanes * shape.steps;
  const tracks = new Int32Array(rows + rows + shape.negatives);
  const batch = newBatch(shape, tracks);
  const buffers = newBuffers(shape, batch);
  const feeds: Record<string, Values> = { ...buffers.feeds };
  const fetches: Record<string, Values> = { ...buffers.fetches };
  const learned = Array.from(parameters.dense, ([name, { shape, ...arrays }]) => {
    return Object.entries(PARTS).flatMap(([part, suffix]) => {
      const now = arrays[part as keyof typeof PARTS];
      if (!now) return [];
      const next = now.slice();
      feeds[name + suffix] = { shape, data: now };
      fetches[`${name}${suffix}.next`] = { shape, data: next };
      return [{ now, next }];
    });
  }).flat();
  const updateTables = tableUpdater(parameters, shape);
  const graph = await openGraph(trainingGraph(shape));
  return {
    batch,
    hidden: buffers.hiddenBefore,
    async run(rate) {
      buffers.rate[0] = rate;
      gatherRows(inputVectors(parameters), batch.heard, buffers.trackRows);
      gatherRows(parameters.table, batch.candidates, buffers.candidateRows);
      correctBias(parameters.table.bias, batch, buffers.candidateBias);
      if (shape.skipHead) fillSkips(parameters.table, batch, buffers.skips);
      await graph.run(feeds, fetches);
      buffers.hiddenBefore.set(buffers.hiddenAfter);
      for (const { now, next } of learned) now.set(next);
      updateTables({ tracks, vectors: buffers.rowGradients, bias: buffers.biasGradients }, rate);
      return buffers.loss[0]!;
    },
    close: () => graph.close(),
  };
}

/** The arrays of a parameter, and what the graph calls them. */
const PARTS = { values: "", squares: ".squares", velocities: ".velocities" } as const;

/** Steps the rows of heard tracks, which come first, and of candidates; tied vectors as one. */
function tableUpdater({ table, inputs }: ModelParameters, shape: StepShape) {
  const heard = shape.lanes * shape.steps;
  const updateTable = rowUpdater(table, shape.momentum);
  const updateInputs = inputs && rowUpdater(inputs, shape.momentum);
  return (rows: Required<RowGradients>, rate: number): void => {
    const { tracks, vectors, bias } = rows;
    if (updateInputs) {
      const cut = heard * table.dimension;
      updateInputs({ tracks: tracks.subarray(0, heard), vectors: vectors.subarray(0, cut) }, rate);
      const candidates = { tracks: tracks.subarray(heard), vectors: vectors.subarray(cut) };
      updateTable({ ...candidates, bias: bias.subarray(heard) }, rate);
    } else {
      updateTable(rows, rate);
      // The graph writes only the candidates' part anew.
      bias.fill(0, 0, heard);
    }
  };
}

/** Writes what is added to each candidate's score: its bias and its correction. */
export function correctBias(bias: Float32Array, batch: StepBatch, target: Float32Array): void {
  const { candidates, correction } = batch;
  // An index instead of entries(): this runs for thousands of candidates a step.
  for (let column = 0; column < candidates.length; column++) {
    const track = candidates[column]!;
    target[column] = (track < 0 ? 0 : bias[track]!) + correction[column]!;
  }
}

function fillSkips(
  table: ModelParameters["table"],
  { skips, heard }: StepBatch,
  buffers: { readonly nextRows: Float32Array; readonly pushBias: Float32Array },
): void {
  gatherRows(table, skips.next, buffers.nextRows);
  for (const [row, track] of heard.entries()) {
    buffers.pushBias[row] = (track < 0 ? 0 : table.bias[track]!) + skips.pushCorrection[row]!;
  }
}

/** `tracks` holds heard tracks and candidates, one behind the other. */
export function newBatch(shape: StepShape, tracks: Int32Array): StepBatch {
  const rows = shape.lanes * shape.steps;
  return {
    heard: tracks.subarray(0, rows),
    candidates: tracks.subarray(rows),
    features: new Float32Array(rows * shape.featureWidth),
    keep: new Float32Array(rows),
    correction: new Float32Array(rows + shape.negatives),
    weights: new Float32Array(rows),
    skips: newSkipBatch(shape.skipHead ? rows : 0),
    trackMask: new Float32Array(shape.inputDropout ? rows * shape.dimension : 0),
    tasteMask: new Float32Array(shape.tasteDropout ? rows * shape.hidden : 0),
  };
}

function newSkipBatch(rows: number): SkipBatch {
  return {
    next: new Int32Array(rows),
    labels: new Float32Array(rows),
    weights: new Float32Array(rows),
    pushWeights: new Float32Array(rows),
    pushCorrection: new Float32Array(rows),
  };
}

/** The arrays of the skip losses, and the feeds that they are. */
function skipBuffers(shape: StepShape, { skips }: StepBatch) {
  const rows = shape.skipHead ? shape.lanes * shape.steps : 0;
  const nextRows = new Float32Array(rows * shape.dimension);
  const pushBias = new Float32Array(rows);
  const column = (data: Float32Array): Values => ({ shape: [rows, 1], data });
  const feeds: Record<string, Values> = {
    next_rows: { shape: [rows, shape.dimension], data: nextRows },
    skip_labels: column(skips.labels),
    skip_weights: column(skips.weights),
    push_weights: column(skips.pushWeights),
    push_bias: column(pushBias),
  };
  return { nextRows, pushBias, feeds: shape.skipHead ? feeds : {} };
}

/** The arrays that the graph reads and writes beside the parameters. Gradients of heard tracks and
 *  of candidates lie in one array, as the table's update takes them. */
function newBuffers(shape: StepShape, batch: StepBatch) {
  const { lanes, dimension, hidden, featureWidth } = shape;
  const recurrent = recurrentWidth(shape);
  const rows = lanes * shape.steps;
  const columns = rows + shape.negatives;
  const rate = new Float32Array(1);
  const loss = new Float32Array(1);
  const trackRows = new Float32Array(rows * dimension);
  const candidateRows = new Float32Array(columns * dimension);
  const candidateBias = new Float32Array(columns);
  const hiddenBefore = new Float32Array(lanes * recurrent);
  const hiddenAfter = new Float32Array(lanes * recurrent);
  const rowGradients = new Float32Array((rows + columns) * dimension);
  const biasGradients = new Float32Array(rows + columns);
  const candidateShape = [columns, dimension];
  const trackShape = [rows, dimension];
  const skips = skipBuffers(shape, batch);
  const feeds: Record<string, Values> = {
    ...skips.feeds,
    rate: { shape: [], data: rate },
    track_rows: { shape: trackShape, data: trackRows },
    candidate_rows: { shape: candidateShape, data: candidateRows },
    candidate_bias: { shape: [1, columns], data: candidateBias },
    keep: { shape: [rows, 1], data: batch.keep },
    hidden_before: { shape: [lanes, recurrent], data: hiddenBefore },
    row_weights: { shape: [rows, 1], data: batch.weights },
  };
  if (featureWidth > 0) feeds.feature_rows = { shape: [rows, featureWidth], data: batch.features };
  if (shape.inputDropout) feeds.track_mask = { shape: trackShape, data: batch.trackMask };
  if (shape.tasteDropout) feeds.taste_mask = { shape: [rows, hidden], data: batch.tasteMask };
  const split = rows * dimension;
  const fetches: Record<string, Values> = {
    loss: { shape: [], data: loss },
    hidden_after: { shape: [lanes, recurrent], data: hiddenAfter },
    track_gradient: { shape: trackShape, data: rowGradients.subarray(0, split) },
    candidate_gradient: { shape: candidateShape, data: rowGradients.subarray(split) },
    bias_gradient: { shape: [1, columns], data: biasGradients.subarray(rows) },
  };
  return {
    ...{ feeds, fetches, rate, loss, trackRows, candidateRows, candidateBias },
    ...{ hiddenBefore, hiddenAfter, rowGradients, biasGradients, skips },
  };
}
