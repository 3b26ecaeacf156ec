import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { assert } from "../../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import type { LoadedQueries } from "./model-vectors.ts";
import { quantiseQuery, roundedUp } from "./quantise.ts";
import { MODEL_TASK_WORDS, SCAN_TASK_WORDS, type ScanLayout } from "./scan-layout.ts";
import { type ScanModel, turningError } from "./scan-model.ts";
import { lengthOf } from "./vector-length.ts";

/** What bounds a query's part of one model; undefined where the model does not count. */
export type QueryBounds = Readonly<Record<ModelName, QueryBound | undefined>>;

export interface QueryBound {
  /** What one step of its int16 copy stands for. */
  readonly step: number;
  /** At least the length of what turning and rounding took away, of the query, of its tail. */
  readonly error: number;
  readonly norm: number;
  readonly tailNorm: number;
}

export interface TaskParts {
  readonly weights: BlendWeights;
  readonly bounds: QueryBounds;
  readonly k: number;
  /** How many rows are read beside the chosen ones: all or none. */
  readonly rows: number;
  /** Whether so many tracks are excluded that the scan looks for them first. */
  readonly sieves: boolean;
  readonly chosenCount: number;
  /** The most that the sparse sources add to a track. */
  readonly sparseMax: number;
}

/** Writes the query of each model that counts as int16, turned where its rows are; the float32
 *  queries must be loaded. */
export function boundQueries(layout: ScanLayout, queries: LoadedQueries): QueryBounds {
  return {
    short: boundQuery(layout, "short", queries.short),
    long: boundQuery(layout, "long", queries.long),
  };
}

function boundQuery(
  { buffer, kernels, models }: ScanLayout,
  name: ModelName,
  query: Float32Array | undefined,
): QueryBound | undefined {
  const model = models[name];
  if (model === undefined || query === undefined) return undefined;
  const { dimension } = model.space;
  const whole = lengthOf(query);
  const steps = new Int16Array(buffer, model.query, model.headWidth + model.tailWidth);
  const isTurned = model.principal !== undefined;
  if (isTurned) {
    const { floatQuery, axes, floatWidth, turned } = model;
    kernels.dotRows(floatQuery, axes, floatWidth, 0, dimension, turned);
  }
  const read = isTurned ? new Float32Array(buffer, model.turned, dimension) : query;
  const { scale, error } = quantiseQuery(read, steps);
  const turning = turningError(model) * whole;
  return {
    step: scale,
    error: roundedUp(error + turning),
    norm: roundedUp(whole + turning),
    tailNorm: isTurned ? roundedUp(lengthOf(read.subarray(model.headWidth)) + turning) : 0,
  };
}

/** Fills the kernel's `ScanTask` and its two `ModelTask`s, word by word. */
export function writeTask(layout: ScanLayout, parts: TaskParts): void {
  for (const name of MODEL_NAMES) {
    writeModelTask(layout, layout.modelTasks[name], {
      model: layout.models[name],
      bound: parts.bounds[name],
      weight: parts.weights[name],
    });
  }
  const words = new Uint32Array(layout.buffer, layout.task, SCAN_TASK_WORDS);
  const floats = new Float32Array(layout.buffer, layout.task, SCAN_TASK_WORDS);
  words.set([layout.modelTasks.short, layout.modelTasks.long, layout.popularity]);
  floats.set([parts.weights.popularity, slack(layout, parts)], 3);
  words.set([layout.excluded, parts.k, parts.rows, Number(parts.sieves)], 5);
  words.set([layout.chosen, layout.chosenExtra, parts.chosenCount, layout.scratch], 9);
  words.set([layout.candidates, layout.scores], 13);
}

function writeModelTask(
  layout: ScanLayout,
  at: number,
  task: {
    readonly model: ScanModel | undefined;
    readonly bound: QueryBound | undefined;
    readonly weight: number;
  },
): void {
  const words = new Uint32Array(layout.buffer, at, MODEL_TASK_WORDS);
  const { model, bound, weight } = task;
  if (model === undefined || bound === undefined) {
    words.fill(0);
    return;
  }
  words.set([
    model.headWidth,
    model.tailWidth,
    model.headRows,
    model.tailRows,
    model.query,
    model.query + model.headWidth * 2,
    model.headScale,
    model.tailScale,
    model.error,
    model.tailNorm,
    model.bias,
  ]);
  new Float32Array(layout.buffer, at, MODEL_TASK_WORDS).set(
    [bound.step, bound.norm, bound.tailNorm, weight],
    11,
  );
}

const FLOAT_ROUNDING = 2 ** -24;

/** What a row's bound has beside its own rounding error: that of the query, that of axes which are
 *  not quite orthonormal, and float32's in both passes, at most one rounding per addition. Doubled,
 *  since it costs next to nothing to be sure. */
function slack(layout: ScanLayout, { weights, bounds, sparseMax }: TaskParts): number {
  let given = 0;
  let rounding = 24 * (weights.popularity * layout.popularityMax + sparseMax);
  for (const name of MODEL_NAMES) {
    const query = bounds[name];
    const model = layout.models[name];
    if (query === undefined || model === undefined) continue;
    const rowMax = model.normMax + model.errorMax;
    given += query.error * rowMax + (model.principal?.skew ?? 0) * query.norm * model.normMax;
    const columns = model.headWidth + model.tailWidth;
    rounding += (columns / 4 + 24) * (query.norm + query.error) * rowMax;
    rounding += 24 * weights[name] * model.biasMax;
  }
  const total = roundedUp(given + 2 * FLOAT_ROUNDING * rounding + 2 ** -100);
  assert(Number.isFinite(total), "scores are far below the largest float32");
  return total;
}
