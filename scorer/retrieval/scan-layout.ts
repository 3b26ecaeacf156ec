import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import { quantiseRow, roundedUp } from "./quantise.ts";
import type { ModelSpace, TrackSpace } from "./retriever.ts";
import { memoryPlan, openScanMemory, type ScanKernels } from "./scan-memory.ts";

/** A catalogue in the memory of the scan kernels. All places are bytes. */
export interface ScanLayout {
  readonly count: number;
  readonly buffer: ArrayBuffer;
  readonly kernels: ScanKernels;
  readonly models: Readonly<Partial<Record<ModelName, ModelLayout>>>;
  /** int8 columns from one row to the next. */
  readonly stride: number;
  readonly popularity: number;
  readonly popularityMax: number;
  readonly task: number;
  /** Bitset [count]. */
  readonly excluded: number;
  readonly scratch: number;
  /** int32 [count] */
  readonly candidates: number;
  /** float32 [count] */
  readonly uppers: number;
}

export interface ModelLayout {
  readonly space: ModelSpace;
  /** Columns of an int8 row, a multiple of 16. */
  readonly width: number;
  /** Where this model's columns begin in the first int8 row. */
  readonly rows: number;
  /** float32 [count] */
  readonly scale: number;
  readonly error: number;
  readonly bias: number;
  /** float32 [count, floatWidth], a multiple of 4. */
  readonly vectors: number;
  readonly floatWidth: number;
  /** int16 [width] */
  readonly query: number;
  /** float32 [floatWidth] */
  readonly floatQuery: number;
  /** float32 [count], out. */
  readonly dots: number;
  /** At least the longest vector, the largest rounding error of a row, and the largest bias. */
  readonly normMax: number;
  readonly errorMax: number;
  readonly biasMax: number;
}

/** How many words of 4 bytes the kernel's `ScanTask` has. */
export const TASK_WORDS = 28;
/** The kernel takes four rows at a time. */
const ROWS_AT_ONCE = 4;

/** Copies a catalogue into one memory: float32 vectors for the score, int8 for the scan. */
export function layOut(space: TrackSpace): ScanLayout {
  const plan = memoryPlan();
  const rows = Math.ceil(space.count / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  const task = plan.place(TASK_WORDS * 4);
  const names = MODEL_NAMES.filter((name) => space.models[name] !== undefined);
  const widths = names.map((name) => padded(space.models[name]!.dimension, 16));
  const stride = widths.reduce((sum, width) => sum + width, 0);
  const int8Rows = plan.place(rows * stride);
  const planned = names.map((name, at) => {
    const before = widths.slice(0, at).reduce((sum, width) => sum + width, 0);
    return planModel(plan, space.models[name]!, rows, int8Rows + before);
  });
  const places = {
    popularity: plan.place(rows * 4),
    excluded: plan.place(Math.ceil(rows / 32) * 4),
    scratch: plan.place(32 + rows * 4),
    candidates: plan.place(rows * 4),
    uppers: plan.place(rows * 4),
  };
  const { buffer, kernels } = openScanMemory(plan.bytes());
  new Float32Array(buffer, places.popularity, space.count).set(space.popularity);
  const models: Partial<Record<ModelName, ModelLayout>> = {};
  names.forEach((name, at) => {
    models[name] = fillModel(buffer, planned[at]!, stride, space.count);
  });
  const popularityMax = largest(space.popularity);
  return { count: space.count, buffer, kernels, models, stride, popularityMax, task, ...places };
}

type PlannedModel = Omit<ModelLayout, "normMax" | "errorMax" | "biasMax">;

function planModel(
  plan: ReturnType<typeof memoryPlan>,
  space: ModelSpace,
  rows: number,
  int8Rows: number,
): PlannedModel {
  const width = padded(space.dimension, 16);
  const floatWidth = padded(space.dimension, 4);
  return {
    space,
    width,
    floatWidth,
    rows: int8Rows,
    scale: plan.place(rows * 4),
    error: plan.place(rows * 4),
    bias: plan.place(rows * 4),
    vectors: plan.place(rows * floatWidth * 4),
    query: plan.place(width * 2),
    floatQuery: plan.place(floatWidth * 4),
    dots: plan.place(rows * 4),
  };
}

function fillModel(
  buffer: ArrayBuffer,
  model: PlannedModel,
  stride: number,
  count: number,
): ModelLayout {
  const { dimension, vectors, bias } = model.space;
  const scales = new Float32Array(buffer, model.scale, count);
  const errors = new Float32Array(buffer, model.error, count);
  const floats = new Float32Array(buffer, model.vectors, count * model.floatWidth);
  let normMax = 0;
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    const steps = new Int8Array(buffer, model.rows + row * stride, model.width);
    const quantised = quantiseRow(vector, steps);
    scales[row] = quantised.scale;
    errors[row] = quantised.error;
    normMax = Math.max(normMax, quantised.norm);
    floats.set(vector, row * model.floatWidth);
  }
  new Float32Array(buffer, model.bias, count).set(bias);
  return { ...model, normMax, errorMax: roundedUp(largest(errors)), biasMax: largest(bias) };
}

function padded(columns: number, multiple: number): number {
  return Math.ceil(columns / multiple) * multiple;
}

function largest(values: Float32Array): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at]!));
  return most;
}
