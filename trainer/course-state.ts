import type { CourseFile } from "./checkpoint/course-file.ts";
import type { CoursePlan, EpochFigures, Kept } from "./course-plan.ts";
import {
  copyWeights,
  type ModelParameters,
  type ModelWeights,
  squareArrays,
  startingParameters,
  velocityArrays,
  weightArrays,
} from "./model-parameters.ts";
import { type ModelSizes, recurrentWidth } from "./onnx/model-sizes.ts";
import { continuedRandom, type RandomState, type RandomStream, seededRandom } from "./random.ts";
import { PASS_START, type PassPosition } from "./train-epoch.ts";

/** All that a course needs to go on. */
export interface CourseState {
  readonly parameters: ModelParameters;
  /** [lanes, R], as of `position`. */
  readonly hidden: Float32Array;
  readonly figures: EpochFigures[];
  /** Of the epochs so far; undefined before the first one's end. */
  mean: ModelWeights | undefined;
  kept: Kept | undefined;
  /** From 1; the one that is being learned. */
  epoch: number;
  position: PassPosition;
  /** The order of the epochs, as of the beginning of this one. */
  order: RandomStream;
  readonly negatives: RandomStream;
  /** What is dropped out. */
  readonly rows: RandomStream;
  finished: boolean;
}

export function startCourse(plan: CoursePlan, sizes: ModelSizes, tracks: number): CourseState {
  const random = (stream: string) => seededRandom(plan.seed, `${plan.name} ${stream}`);
  const parameters = startingParameters(sizes, tracks, random("weights"), plan.config);
  return {
    parameters,
    hidden: new Float32Array(plan.config.lanes * recurrentWidth(sizes)),
    figures: [],
    mean: undefined,
    kept: undefined,
    epoch: 1,
    position: PASS_START,
    order: random("order"),
    negatives: random("negatives"),
    rows: random("rows"),
    finished: false,
  };
}

/** The part of a state that is no array of numbers. */
interface SavedState {
  readonly sizes: ModelSizes;
  readonly tracks: number;
  readonly figures: readonly EpochFigures[];
  readonly averaged: boolean;
  readonly kept: Pick<Kept, "epoch" | "value"> | null;
  readonly epoch: number;
  readonly position: PassPosition;
  readonly random: Readonly<Record<"order" | "negatives" | "rows", RandomState>>;
  readonly finished: boolean;
}

export function saveCourse(file: CourseFile, state: CourseState): void {
  const { parameters, kept, figures, epoch, position, finished } = state;
  const saved: SavedState = {
    sizes: parameters.sizes,
    tracks: parameters.table.count,
    figures,
    averaged: hasOwnMean(state),
    kept: kept ? { epoch: kept.epoch, value: kept.value } : null,
    epoch,
    position,
    random: {
      order: state.order.state(),
      negatives: state.negatives.state(),
      rows: state.rows.state(),
    },
    finished,
  };
  file.save({ state: saved, arrays: arraysOf(state) });
}

/** Undefined where the file has nothing to go on from. */
export function loadCourse(plan: CoursePlan, file: CourseFile): CourseState | undefined {
  const found = file.load();
  if (found === undefined) return undefined;
  const saved = found.state as SavedState;
  const started = startCourse(plan, saved.sizes, saved.tracks);
  const tastes = found.arrays.get("kept tastes") ?? new Float32Array(0);
  const weights = copyWeights(started.parameters);
  const state: CourseState = {
    ...started,
    figures: [...saved.figures],
    mean: saved.averaged ? copyWeights(started.parameters) : undefined,
    kept: saved.kept ? { ...saved.kept, weights, tastes } : undefined,
    epoch: saved.epoch,
    position: saved.position,
    order: continuedRandom(saved.random.order),
    negatives: continuedRandom(saved.random.negatives),
    rows: continuedRandom(saved.random.rows),
    finished: saved.finished,
  };
  for (const [name, array] of arraysOf(state)) array.set(found.arrays.get(name)!);
  return state;
}

/** Every array of a state, by name; they are its own, so that a checkpoint is read into them. */
function arraysOf(state: CourseState): Map<string, Float32Array> {
  const { parameters, hidden, mean, kept } = state;
  const groups: readonly (readonly [string, ReadonlyMap<string, Float32Array>])[] = [
    ["weight", weightArrays(parameters)],
    ["squares", squareArrays(parameters)],
    ["velocities", velocityArrays(parameters)],
    ["mean", mean && hasOwnMean(state) ? weightArrays(mean) : new Map()],
    ["kept", kept ? weightArrays(kept.weights) : new Map()],
  ];
  const arrays = new Map<string, Float32Array>([["hidden", hidden]]);
  for (const [group, members] of groups) {
    for (const [name, array] of members) arrays.set(`${group} ${name}`, array);
  }
  if (kept) arrays.set("kept tastes", kept.tastes);
  return arrays;
}

/** A mean of the last epoch alone is the weights themselves, and is made anew by the next one. */
function hasOwnMean({ mean, parameters }: CourseState): boolean {
  return mean !== undefined && mean !== parameters;
}
