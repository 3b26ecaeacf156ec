import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import type { ModelSpace, Tastes, TrackSpace } from "./retriever.ts";
import { kernelsOn, type MemoryPlan, type ScanKernels, type ScanMemory } from "./scan-memory.ts";

/** One model's vectors as they are, in the memory of the kernels. All places are bytes. */
export interface ModelVectors {
  readonly space: ModelSpace;
  /** float32 [count, floatWidth] by track; a multiple of 4. */
  readonly vectors: number;
  readonly floatWidth: number;
  /** float32 [floatWidth] */
  readonly floatQuery: number;
  /** float32 [count] by track. */
  readonly bias: number;
  /** float32 [count], out. */
  readonly dots: number;
}

/** Places of what tracks are scored by, in bytes; `scores.as.ts` says what is there. */
export interface ScoringPlaces {
  /** float32 [count] by track each; those of the sparse sources are zeros between two searches. */
  readonly popularity: number;
  readonly neighbours: number;
  readonly coplay: number;
  /** int32 [count]: tracks that are looked at, and float32 [count]: what is said of each. */
  readonly candidates: number;
  readonly scores: number;
  /** int32 [count]: places of candidates, the best first. */
  readonly best: number;
  /** uint32 [count + 1]: the tracks that a sparse source speaks of; uint8 [count]: which these
   *  are. */
  readonly spoken: number;
  readonly isSpoken: number;
  readonly sparseTask: number;
  readonly scoreTask: number;
  readonly scoredModels: Readonly<Record<ModelName, number>>;
}

/** What scoring tracks by the definition in `Retriever` needs. */
export interface VectorLayout extends LaidOutVectors {
  readonly buffer: SharedArrayBuffer;
  readonly kernels: ScanKernels;
}

/** The same as data alone, so that one thread can hand it to another. */
export interface LaidOutVectors extends ScoringPlaces {
  readonly space: TrackSpace;
  readonly count: number;
  readonly memory: ScanMemory;
  readonly models: Readonly<Partial<Record<ModelName, ModelVectors>>>;
}

/** What was laid out, for searches in this thread. */
export function openLayout<Layout extends LaidOutVectors>(laidOut: Layout): Layout & VectorLayout {
  const { memory } = laidOut;
  return { ...laidOut, buffer: memory.buffer, kernels: kernelsOn(memory) };
}

export function planVectors(plan: MemoryPlan, space: ModelSpace, rows: number): ModelVectors {
  const floatWidth = Math.ceil(space.dimension / 4) * 4;
  return {
    ...{ space, floatWidth },
    vectors: plan.place(rows * floatWidth * 4),
    floatQuery: plan.place(floatWidth * 4),
    bias: plan.place(rows * 4),
    dots: plan.place(rows * 4),
  };
}

/** How many words of 4 bytes the kernels' `ScoredModel`, `ScoreTask` and `SparseTask`
 *  have. */
export const SCORED_MODEL_WORDS = 6;
export const SCORE_TASK_WORDS = 9;
export const SPARSE_TASK_WORDS = 7;

export function planScoring(plan: MemoryPlan, rows: number): ScoringPlaces {
  return {
    popularity: plan.place(rows * 4),
    neighbours: plan.place(rows * 4),
    coplay: plan.place(rows * 4),
    candidates: plan.place(rows * 4),
    scores: plan.place(rows * 4),
    best: plan.place(rows * 4),
    spoken: plan.place((rows + 1) * 4),
    isSpoken: plan.place(rows),
    sparseTask: plan.place(SPARSE_TASK_WORDS * 4),
    scoreTask: plan.place(SCORE_TASK_WORDS * 4),
    scoredModels: {
      short: plan.place(SCORED_MODEL_WORDS * 4),
      long: plan.place(SCORED_MODEL_WORDS * 4),
    },
  };
}

export function loadVectors(buffer: SharedArrayBuffer, model: ModelVectors): void {
  const { dimension, vectors, bias } = model.space;
  const count = vectors.length / dimension;
  new Float32Array(buffer, model.bias, count).set(bias);
  const floats = new Float32Array(buffer, model.vectors, count * model.floatWidth);
  for (let track = 0; track < count; track++) {
    const vector = vectors.subarray(track * dimension, (track + 1) * dimension);
    floats.set(vector, track * model.floatWidth);
  }
}

/** Each model's taste times its weight, [D] in the kernels' memory; undefined for a model that
 *  counts nothing. */
export type LoadedQueries = Readonly<Partial<Record<ModelName, Float32Array>>>;

export function loadQueries(
  { buffer, models }: Pick<VectorLayout, "buffer" | "models">,
  tastes: Tastes,
  weights: BlendWeights,
): LoadedQueries {
  const queries: Partial<Record<ModelName, Float32Array>> = {};
  for (const name of MODEL_NAMES) {
    const [model, taste, weight] = [models[name], tastes[name], weights[name]];
    if (model === undefined || taste === undefined || weight === 0) continue;
    const query = new Float32Array(buffer, model.floatQuery, model.space.dimension);
    for (let column = 0; column < query.length; column++) query[column] = weight * taste[column]!;
    queries[name] = query;
  }
  return queries;
}
