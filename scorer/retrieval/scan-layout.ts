import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import { type LaidOutVectors, planScoring, type VectorLayout } from "./model-vectors.ts";
import type { TrackSpace } from "./retriever.ts";
import { kernelsOn, memoryPlan, newScanMemory } from "./scan-memory.ts";
import { largest, type PlannedModel, planModel, type ScanModel, scanModel } from "./scan-model.ts";

/** A catalogue that can be searched here. */
export type ScanLayout = LaidOutTracks & VectorLayout;

/** A catalogue in the memory of the scan kernels, a row for each track; data alone, so that one
 *  thread can hand it to another. All places are bytes. */
export interface LaidOutTracks extends LaidOutVectors {
  readonly models: Readonly<Partial<Record<ModelName, ScanModel>>>;
  readonly popularityMax: number;
  readonly task: number;
  readonly modelTasks: Readonly<Record<ModelName, number>>;
  /** Bitset by track. */
  readonly excluded: number;
  readonly scratch: number;
  /** int32 [count], and float32 [count] beside it. */
  readonly chosen: number;
  readonly chosenExtra: number;
}

/** How many words of 4 bytes the kernel's `ModelTask` and `ScanTask` have. */
export const MODEL_TASK_WORDS = 15;
export const SCAN_TASK_WORDS = 15;
/** The kernel takes four rows at a time, from any row on. */
const ROWS_AT_ONCE = 4;

/** Copies a catalogue into one memory, a tenth of a second for every 10,000 tracks: float32 vectors
 *  for the score, int8 for the scan. */
export function layOut(space: TrackSpace): LaidOutTracks {
  const { count } = space;
  const plan = memoryPlan();
  const rows = Math.ceil((count + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  const planned: Partial<Record<ModelName, PlannedModel>> = {};
  for (const name of MODEL_NAMES) {
    const model = space.models[name];
    if (model !== undefined) planned[name] = planModel(plan, model, rows);
  }
  const places = {
    ...planScoring(plan, rows),
    task: plan.place(SCAN_TASK_WORDS * 4),
    excluded: plan.place(Math.ceil(rows / 32) * 4),
    scratch: plan.place(32 + rows * 4),
    chosen: plan.place(rows * 4),
    chosenExtra: plan.place(rows * 4),
  };
  const modelTasks = {
    short: plan.place(MODEL_TASK_WORDS * 4),
    long: plan.place(MODEL_TASK_WORDS * 4),
  };
  const memory = newScanMemory(plan.bytes());
  const [buffer, kernels] = [memory.buffer, kernelsOn(memory)];
  new Float32Array(buffer, places.popularity, count).set(space.popularity);
  const models: Partial<Record<ModelName, ScanModel>> = {};
  for (const name of MODEL_NAMES) {
    const model = planned[name];
    if (model !== undefined) models[name] = scanModel({ buffer, kernels }, model);
  }
  const popularityMax = largest(space.popularity);
  return { ...{ space, count, memory, models, modelTasks, popularityMax }, ...places };
}
