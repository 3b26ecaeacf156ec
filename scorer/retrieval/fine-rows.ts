import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import type { LoadedQueries } from "./model-vectors.ts";
import { quantiseQuery, quantiseRow, roundedUp } from "./quantise.ts";
import type { ModelSpace, TrackSpace } from "./retriever.ts";
import type { MemoryPlan } from "./scan-memory.ts";
import { largest } from "./scan-model.ts";

/** Vectors as int8, a track's of both models side by side, for tracks that codes cannot tell from
 *  the best. Data alone; all places are bytes, and `fine-rows.as.ts` says what is there. */
export interface FineRows extends FinePlaces {
  /** The most of any row, per model. */
  readonly most: Readonly<Record<ModelName, RowBounds>>;
  readonly popularityMax: number;
}

export interface FinePlaces {
  readonly rows: number;
  readonly stride: number;
  readonly widths: Readonly<Record<ModelName, number>>;
  readonly query: number;
  readonly dots: number;
  readonly task: number;
}

interface RowBounds {
  readonly norm: number;
  readonly error: number;
  readonly bias: number;
}

const COLUMNS_AT_ONCE = 16;
const FLOATS = 8;
const FINE_TASK_WORDS = 13;
/** Words of the task: the first of both models' each, and the others. */
const [STEPS, ROUNDINGS, SLACK, WEIGHTS, DOTS] = [5, 7, 9, 10, 12] as const;
/** Among a row's floats. */
const POPULARITY = 6;

/** How many bytes a catalogue's rows take. */
export function fineBytes(space: TrackSpace): number {
  return space.count * strideOf(widthsOf(space));
}

function widthsOf({ models }: TrackSpace): Readonly<Record<ModelName, number>> {
  const widthOf = (model: ModelSpace | undefined) =>
    COLUMNS_AT_ONCE * Math.ceil((model?.dimension ?? 0) / COLUMNS_AT_ONCE);
  return { short: widthOf(models.short), long: widthOf(models.long) };
}

function strideOf({ short, long }: Readonly<Record<ModelName, number>>): number {
  return short + long + FLOATS * 4;
}

export function planFineRows(plan: MemoryPlan, space: TrackSpace): FinePlaces {
  const widths = widthsOf(space);
  return {
    ...{ widths, stride: strideOf(widths) },
    rows: plan.place(fineBytes(space)),
    query: plan.place((widths.short + widths.long) * 2),
    dots: plan.place(FLOATS * 4),
    task: plan.place(FINE_TASK_WORDS * 4),
  };
}

export function loadFineRows(
  buffer: SharedArrayBuffer,
  places: FinePlaces,
  { models, popularity, count }: TrackSpace,
): FineRows {
  const { rows, stride, widths } = places;
  const boundsOf = (model: ModelSpace | undefined) => {
    return { norm: 0, error: 0, bias: model === undefined ? 0 : largest(model.bias) };
  };
  const most = { short: boundsOf(models.short), long: boundsOf(models.long) };
  const own = widths.short + widths.long;
  const bytes = new Int8Array(buffer, rows, count * stride);
  const floats = new Float32Array(buffer, rows, (count * stride) / 4);
  for (let track = 0; track < count; track++) {
    const from = track * stride;
    const at = (from + own) / 4;
    for (const [part, name] of MODEL_NAMES.entries()) {
      const model = models[name];
      if (model === undefined) continue;
      const { dimension, vectors } = model;
      const start = from + (part === 0 ? 0 : widths.short);
      const vector = vectors.subarray(track * dimension, (track + 1) * dimension);
      const { scale, error, norm } = quantiseRow(vector, bytes.subarray(start, start + dimension));
      floats[at + 3 * part] = scale;
      floats[at + 3 * part + 1] = error;
      floats[at + 3 * part + 2] = model.bias[track]!;
      const bounds = most[name];
      bounds.norm = Math.max(bounds.norm, norm);
      bounds.error = Math.max(bounds.error, error);
    }
    floats[at + POPULARITY] = popularity[track]!;
  }
  return { ...places, most, popularityMax: largest(popularity) };
}

/** The kernel's `FineTask`. */
export interface FineTask {
  /** Writes the query; the most that sparse sources say of a track is `saidMax`. */
  loadQuery(queries: LoadedQueries, weights: BlendWeights, saidMax: number): void;
}

/** Rounding moves a dot product by a sum of independent errors, whose deviation is the bound of
 *  Cauchy and Schwarz divided by the root of the columns: so many deviations are as good as it. */
const DEVIATIONS = 7;
const FLOAT_ROUNDING = 2 ** -18;

export function openFineTask(buffer: SharedArrayBuffer, rows: FineRows): FineTask {
  const { widths, most } = rows;
  const words = new Uint32Array(buffer, rows.task, FINE_TASK_WORDS);
  const floats = new Float32Array(buffer, rows.task, FINE_TASK_WORDS);
  const steps: Readonly<Record<ModelName, Int16Array>> = {
    short: new Int16Array(buffer, rows.query, widths.short),
    long: new Int16Array(buffer, rows.query + 2 * widths.short, widths.long),
  };
  words.set([rows.rows, rows.stride, rows.query, widths.short, widths.long]);
  words[DOTS] = rows.dots;
  return {
    loadQuery(queries, weights, saidMax) {
      let size = weights.popularity * rows.popularityMax + saidMax;
      let slack = 0;
      for (const [part, name] of MODEL_NAMES.entries()) {
        const query = queries[name];
        const { norm: normMax, error: errorMax, bias: biasMax } = most[name];
        if (query === undefined) {
          floats[STEPS + part] = 0;
          floats[ROUNDINGS + part] = 0;
          floats[WEIGHTS + part] = 0;
          continue;
        }
        const { scale, error, norm } = quantiseQuery(query, steps[name]);
        floats[STEPS + part] = scale;
        floats[ROUNDINGS + part] = norm * Math.min(1, DEVIATIONS / Math.sqrt(query.length));
        floats[WEIGHTS + part] = weights[name];
        slack += error * (normMax + errorMax);
        size += norm * normMax + weights[name] * biasMax;
      }
      floats[SLACK] = roundedUp(slack + FLOAT_ROUNDING * size);
    },
  };
}
