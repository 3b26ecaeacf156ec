import type { TrackClusters } from "../../core/bundle/bundle.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import { type ClusterPlaces, loadClusters, planClusters } from "./cluster-places.ts";
import type { TrackSpace } from "./retriever.ts";
import {
  kernelsOn,
  memoryPlan,
  newScanMemory,
  type ScanKernels,
  type ScanMemory,
} from "./scan-memory.ts";
import { type PlannedModel, planModel, type ScanModel, scanModel } from "./scan-model.ts";
import { summariseClusters } from "./summarise-clusters.ts";

/** A catalogue that can be searched here. */
export interface ScanLayout extends LaidOutTracks {
  readonly buffer: SharedArrayBuffer;
  readonly kernels: ScanKernels;
}

/** A catalogue in the memory of the scan kernels, whose rows may be in another order than its
 *  tracks; data alone, so that one thread can hand it to another. All places are bytes. */
export interface LaidOutTracks {
  readonly space: TrackSpace;
  readonly count: number;
  readonly memory: ScanMemory;
  readonly models: Readonly<Partial<Record<ModelName, ScanModel>>>;
  /** [count]: the row of each track; undefined where it is the track's index. */
  readonly rowOf: Uint32Array | undefined;
  /** float32 [rows] */
  readonly popularity: number;
  readonly popularityMax: number;
  /** uint32 [rows]: the track of each row. */
  readonly tracks: number;
  readonly task: number;
  readonly modelTasks: Readonly<Record<ModelName, number>>;
  /** Bitset by track. */
  readonly excluded: number;
  readonly scratch: number;
  /** int32 [rangesMax, 2] */
  readonly ranges: number;
  /** float32 [rangesMax], and int32 [rangesMax]. */
  readonly reaches: number;
  readonly waiting: number;
  /** int32 [count], and float32 [count] beside it. */
  readonly chosen: number;
  readonly chosenExtra: number;
  /** Undefined where rows are in no clusters. */
  readonly clusters: ClusterPlaces | undefined;
  /** int32 [count] */
  readonly candidates: number;
  /** float32 [count] */
  readonly uppers: number;
}

export interface LayoutOptions {
  /** Rows are the tracks in order of their clusters, or of their index where there are none. */
  readonly clusters?: TrackClusters | undefined;
}

/** How many words of 4 bytes the kernel's `ModelTask` and `ScanTask` have. */
export const MODEL_TASK_WORDS = 15;
export const SCAN_TASK_WORDS = 20;
/** The kernel takes four rows at a time, from any row on. */
const ROWS_AT_ONCE = 4;

export function openLayout(laidOut: LaidOutTracks): ScanLayout {
  const { memory } = laidOut;
  return { ...laidOut, buffer: memory.buffer, kernels: kernelsOn(memory) };
}

/** Copies a catalogue into one memory, a tenth of a second for every 10,000 tracks: float32 vectors
 *  for the score, int8 for the scan. */
export function layOut(space: TrackSpace, { clusters: groups }: LayoutOptions = {}): LaidOutTracks {
  const { count } = space;
  const order = groups?.tracks;
  const rangesMax = groups === undefined ? 1 : groups.starts.length - 1;
  const plan = memoryPlan();
  const rows = Math.ceil((count + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  const planned: Partial<Record<ModelName, PlannedModel>> = {};
  for (const name of MODEL_NAMES) {
    const model = space.models[name];
    if (model !== undefined) planned[name] = planModel(plan, model, rows);
  }
  const places = {
    popularity: plan.place(rows * 4),
    tracks: plan.place(rows * 4),
    task: plan.place(SCAN_TASK_WORDS * 4),
    excluded: plan.place(Math.ceil(rows / 32) * 4),
    scratch: plan.place(32 + rows * 4),
    ranges: plan.place(rangesMax * 8),
    reaches: plan.place(rangesMax * 4),
    waiting: plan.place(rangesMax * 4),
    chosen: plan.place(rows * 4),
    chosenExtra: plan.place(rows * 4),
    candidates: plan.place(rows * 4),
    uppers: plan.place(rows * 4),
  };
  const clusters =
    groups &&
    planClusters(plan, summariseClusters(space, groups), {
      ...(planned.short && { short: planned.short.floatWidth }),
      ...(planned.long && { long: planned.long.floatWidth }),
    });
  const modelTasks = {
    short: plan.place(MODEL_TASK_WORDS * 4),
    long: plan.place(MODEL_TASK_WORDS * 4),
  };
  const memory = newScanMemory(plan.bytes());
  const [buffer, kernels] = [memory.buffer, kernelsOn(memory)];
  if (clusters !== undefined) loadClusters(buffer, clusters);
  const tracks = new Uint32Array(buffer, places.tracks, count);
  const popularity = new Float32Array(buffer, places.popularity, count);
  for (let row = 0; row < count; row++) {
    tracks[row] = order === undefined ? row : order[row]!;
    popularity[row] = space.popularity[tracks[row]!]!;
  }
  const models: Partial<Record<ModelName, ScanModel>> = {};
  for (const name of MODEL_NAMES) {
    const model = planned[name];
    if (model !== undefined) models[name] = scanModel({ buffer, kernels, tracks }, model);
  }
  const popularityMax = largestOf(space.popularity);
  const rowOf = order && rowsOf(order);
  return {
    ...{ space, count, memory, models, modelTasks, popularityMax, rowOf, clusters },
    ...places,
  };
}

function rowsOf(order: Uint32Array): Uint32Array {
  const rows = new Uint32Array(order.length);
  for (let row = 0; row < order.length; row++) rows[order[row]!] = row;
  return rows;
}

function largestOf(values: Float32Array): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at]!));
  return most;
}
