import { loadVectors, type ModelVectors, planVectors } from "./model-vectors.ts";
import { type PrincipalAxes, principalAxes } from "./principal-axes.ts";
import { quantiseRow, roundedUp } from "./quantise.ts";
import type { ModelSpace } from "./retriever.ts";
import type { MemoryPlan, ScanKernels } from "./scan-memory.ts";
import { lengthOf } from "./vector-length.ts";

/** One model's vectors in the memory of the scan kernels. All places are bytes. */
export interface ScanModel extends PlannedModel {
  /** At least the longest vector, the largest rounding error of a row, and the largest bias. */
  readonly normMax: number;
  readonly errorMax: number;
  readonly biasMax: number;
}

export interface PlannedModel extends ModelVectors {
  /** Undefined where rows are not turned: the head is the whole row then. */
  readonly principal: PrincipalAxes | undefined;
  /** Columns of int8 rows, multiples of 16; rows are turned to the principal axes first. */
  readonly headWidth: number;
  readonly tailWidth: number;
  /** int8 [rows, headWidth] and [rows, tailWidth] */
  readonly headRows: number;
  readonly tailRows: number;
  /** float32 [rows] each. */
  readonly headScale: number;
  readonly tailScale: number;
  readonly error: number;
  readonly tailNorm: number;
  /** float32 [D, floatWidth] */
  readonly axes: number;
  /** float32 [floatWidth]: the query, turned. */
  readonly turned: number;
  /** int16 [headWidth + tailWidth] */
  readonly query: number;
}

/** A head is worth its reading where so much of the vectors' squared length is in at most half of
 *  the columns: then few tails need be read. */
const HEAD_SHARE_MIN = 0.6;
const COLUMNS_AT_ONCE = 16;

export function planModel(plan: MemoryPlan, space: ModelSpace, rows: number): PlannedModel {
  const { dimension } = space;
  const width = padded(dimension, COLUMNS_AT_ONCE);
  const found = width > 2 * COLUMNS_AT_ONCE ? principalAxes(space.vectors, dimension) : undefined;
  const head = found && headOf(found);
  const isSplit = head !== undefined && head <= width / 2;
  const headWidth = isSplit ? head : width;
  const tailWidth = isSplit ? padded(dimension - head, COLUMNS_AT_ONCE) : 0;
  const vectors = planVectors(plan, space, rows);
  const { floatWidth } = vectors;
  return {
    ...vectors,
    principal: isSplit ? found : undefined,
    headWidth,
    tailWidth,
    headRows: plan.place(rows * headWidth),
    tailRows: plan.place(rows * tailWidth),
    headScale: plan.place(rows * 4),
    tailScale: plan.place(rows * 4),
    error: plan.place(rows * 4),
    tailNorm: plan.place(rows * 4),
    axes: plan.place(dimension * floatWidth * 4),
    turned: plan.place(floatWidth * 4),
    query: plan.place((headWidth + tailWidth) * 2),
  };
}

/** The fewest columns, in whole vector registers, that hold the share that makes a head. */
function headOf({ shares }: PrincipalAxes): number {
  let share = 0;
  let columns = 0;
  while (columns < shares.length && share < HEAD_SHARE_MIN) share += shares[columns++]!;
  return padded(columns, COLUMNS_AT_ONCE);
}

export interface ScanPlace {
  readonly buffer: SharedArrayBuffer;
  readonly kernels: ScanKernels;
}

export function scanModel(place: ScanPlace, model: PlannedModel): ScanModel {
  const { buffer } = place;
  const { floatWidth } = model;
  const { dimension, vectors, bias } = model.space;
  const count = vectors.length / dimension;
  loadVectors(buffer, model);
  if (model.principal !== undefined) {
    const axes = new Float32Array(buffer, model.axes, dimension * floatWidth);
    for (let axis = 0; axis < dimension; axis++) {
      const from = axis * dimension;
      axes.set(model.principal.axes.subarray(from, from + dimension), axis * floatWidth);
    }
  }
  let [normMax, errorMax] = [0, 0];
  for (let row = 0; row < count; row++) {
    const { norm, error } = quantiseAt(place, model, row);
    normMax = Math.max(normMax, norm);
    errorMax = Math.max(errorMax, error);
  }
  return { ...model, normMax, errorMax, biasMax: largest(bias) };
}

/** At least how far a turned vector of length 1 is from what real numbers would give: each of its
 *  coordinates is a sum of float32 products in four lanes. */
export function turningError({ principal, space }: PlannedModel): number {
  if (principal === undefined) return 0;
  return Math.sqrt(space.dimension) * (space.dimension / 4 + 4) * 2 ** -24 * 1.01;
}

/** Writes a row's head and tail, and what bounds them. */
function quantiseAt(
  { buffer, kernels }: ScanPlace,
  model: PlannedModel,
  row: number,
): { readonly norm: number; readonly error: number } {
  const { headWidth, tailWidth, floatWidth, turned } = model;
  const { dimension } = model.space;
  let from = model.vectors + row * floatWidth * 4;
  const whole = lengthOf(new Float32Array(buffer, from, dimension));
  if (model.principal !== undefined) {
    kernels.dotRows(from, model.axes, floatWidth, 0, dimension, turned);
    from = turned;
  }
  const vector = new Float32Array(buffer, from, dimension);
  const headSteps = new Int8Array(buffer, model.headRows + row * headWidth, headWidth);
  const head = quantiseRow(vector.subarray(0, headWidth), headSteps);
  const turning = turningError(model) * whole;
  new Float32Array(buffer, model.headScale + row * 4, 1)[0] = head.scale;
  let error = head.error;
  if (tailWidth > 0) {
    const tailSteps = new Int8Array(buffer, model.tailRows + row * tailWidth, tailWidth);
    const tail = quantiseRow(vector.subarray(headWidth), tailSteps);
    new Float32Array(buffer, model.tailScale + row * 4, 1)[0] = tail.scale;
    new Float32Array(buffer, model.tailNorm + row * 4, 1)[0] = roundedUp(tail.norm + turning);
    error = roundedUp(Math.hypot(head.error, tail.error) + turning);
  }
  new Float32Array(buffer, model.error + row * 4, 1)[0] = error;
  return { norm: roundedUp(whole), error };
}

function padded(columns: number, multiple: number): number {
  return Math.ceil(columns / multiple) * multiple;
}

/** The largest absolute value. */
export function largest(values: Float32Array): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at]!));
  return most;
}
