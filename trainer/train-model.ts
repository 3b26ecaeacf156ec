import type { FeatureName } from "../core/bundle/manifest.ts";
import { assert } from "../core/domain/failure.ts";
import type { ModelName } from "../core/domain/ids.ts";
import { openCourseFile } from "./checkpoint/course-file.ts";
import { courseTask } from "./checkpoint/course-task.ts";
import {
  type ChosenEpoch,
  chosenEpoch,
  isChosenLater,
  tellBest,
  tellChosen,
} from "./chosen-epoch.ts";
import type { LongModelConfig, ModelConfig } from "./config.ts";
import { type Course, type CourseWatch, runCourse } from "./course.ts";
import type { CoursePlan, EpochFigures } from "./course-plan.ts";
import { usefulFeatures } from "./model-features.ts";
import type { ModelWeights } from "./model-parameters.ts";
import type { Accuracy } from "./score-catalogue.ts";
import type { Sequences, TimeSplit } from "./sequences.ts";
import { logSize, type SizedConfig, sizeByLog } from "./size-by-log.ts";
import type { StopCheck } from "./train-epoch.ts";
import type { ValidationPlan } from "./validation-plan.ts";

export interface ModelTask {
  readonly name: ModelName;
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  readonly validation: ValidationPlan;
  readonly config: ModelConfig | LongModelConfig;
  /** Whether the published weights are learned anew from all sessions. */
  readonly refit: boolean;
  /** Where the course that chooses the epoch pauses, if not at its end. */
  readonly untilEpoch?: number;
  readonly seed: number;
  readonly checkpoints: CheckpointPlace | undefined;
}

/** Where a model's checkpoints are, and how often one is written. */
export interface CheckpointPlace {
  readonly folder: string;
  readonly everySeconds: number;
}

/** A model is learned twice: a first course chooses the epoch on the held-back sessions, a second
 *  one learns for as many epochs from all of them. */
export type CourseName = "choosing" | "refitting";

/** How far a course is, as often as the trainer says. */
export interface ModelProgress {
  readonly model: ModelName;
  readonly course: CourseName;
  /** From 1. */
  readonly epoch: number;
  /** At most so many will be learned. */
  readonly epochs: number;
  /** Of this epoch. */
  readonly events: number;
  readonly eventsTotal: number;
  /** Undefined before the epoch's first event. */
  readonly loss: number | undefined;
  /** Of the last epoch that was measured. */
  readonly validationRecall: number | undefined;
}

/** What the choosing course gives. */
export interface ChosenModel {
  readonly features: readonly FeatureName[];
  readonly config: SizedConfig<ModelConfig>;
  readonly epochs: readonly EpochFigures[];
  /** From 1; the epoch that measured best, and what it measured. */
  readonly bestEpoch: number;
  readonly accuracy: Accuracy;
  /** The weights that were measured, before any learned from held-back sessions, and the taste
   *  after each event of the validation plan, [predictions, D]. */
  readonly measured: { readonly weights: ModelWeights; readonly tastes: Float32Array };
}

export interface TrainedModel extends ChosenModel {
  /** Those that are published. */
  readonly weights: ModelWeights;
}

/** How a training tells of itself and is stopped. */
export interface Watch {
  readonly progress: (progress: ModelProgress) => void;
  readonly notice: (text: string) => void;
  readonly stopCheck: StopCheck;
}

/** Learns on one core and keeps the epoch that measures best; says in `chosen` which one that is,
 *  as it goes. The same task gives the same bits. Throws `training_diverged`, and what `stopCheck`
 *  throws. */
export async function chooseWeights(
  task: ModelTask,
  watch: Watch,
  chosen: ChosenEpoch,
): Promise<ChosenModel> {
  const { split, validation, untilEpoch } = task;
  const learned = learnedFrom(task);
  const before = { sequences: split.sequences, sessions: split.trained };
  const plan = { ...learned, ...before, validation, untilEpoch };
  const { kept, epochs } = await run(task, watch, {
    ...{ name: "choosing", plan, epochs: () => plan.config.epochs },
    best: (epoch) => tellBest(chosen, epoch),
  });
  const { epoch: bestEpoch, weights, tastes } = kept;
  tellChosen(chosen, bestEpoch);
  const { validation: accuracy } = epochs[bestEpoch - 1]!;
  assert(accuracy !== undefined, "a course with a validation plan is measured");
  const { features, config } = learned;
  return { features, config, epochs, bestEpoch, accuracy, measured: { weights, tastes } };
}

/** Whether the published weights are others than the measured ones. */
export function refits({ refit, split }: ModelTask): boolean {
  return refit && split.held.length > 0;
}

/** Tables of more numbers than this are not held twice at a time; of as many, it takes 0.8 GB. */
const NUMBERS_BESIDE_MAX = 50_000_000;

/** Whether both courses may go on at a time. Not where the length of the whole course decides how
 *  fast each epoch learns, nor where that would take much more memory. */
export function refitsBeside(task: ModelTask): boolean {
  const { config } = learnedFrom(task);
  const numbers = config.dimension * task.sequences.trackIds.length;
  return hasOneRate(config) && numbers <= NUMBERS_BESIDE_MAX;
}

/** Learns from all sessions on one core, up to the epoch that `chosen` tells. The same task gives
 *  the same bits, whether or not that is known before. Throws as `chooseWeights` does. */
export async function refitWeights(
  task: ModelTask,
  watch: Watch,
  chosen: ChosenEpoch,
): Promise<ModelWeights> {
  const { config, ...learned } = learnedFrom(task);
  const epochs = () => chosenEpoch(chosen) ?? config.epochs;
  const length = hasOneRate(config) ? config.epochs : epochs();
  const plan = {
    ...learned,
    sequences: task.sequences,
    sessions: task.sequences.sessionOrder,
    config: { ...config, epochs: length },
  };
  const isToLearn = (epoch: number) => isChosenLater(chosen, epoch, watch.stopCheck);
  const coming = { epoch: 1, events: 0, eventsTotal: task.sequences.track.length };
  watch.progress({
    ...{ ...coming, model: task.name, course: "refitting", epochs: epochs() },
    ...{ loss: undefined, validationRecall: undefined },
  });
  // Nothing is held before there is something to learn.
  isToLearn(1);
  const { kept } = await run(task, watch, { name: "refitting", plan, epochs, isToLearn });
  return kept.weights;
}

function hasOneRate({ lastRateShare }: ModelConfig): boolean {
  return lastRateShare === 1;
}

/** What both courses of a model have in common. */
function learnedFrom({ name, sequences, seed, config }: ModelTask) {
  const features = usefulFeatures(sequences, name);
  return { name, features, seed, config: sizeByLog(config, logSize(sequences)) };
}

async function run(
  { name, checkpoints }: ModelTask,
  { notice, stopCheck, progress }: Watch,
  course: {
    readonly name: CourseName;
    readonly plan: CoursePlan;
    /** How many of them there are, as far as is known. */
    readonly epochs: () => number;
  } & Pick<CourseWatch, "best" | "isToLearn">,
): Promise<Course> {
  const { plan, epochs, best, isToLearn } = course;
  const told = (text: string) => notice(`${name}: ${text}`);
  const file = checkpoints
    ? openCourseFile({
        path: `${checkpoints.folder}/${name}.${course.name}`,
        task: courseTask(plan),
        saveEveryMs: checkpoints.everySeconds * 1000,
        nowMs: () => performance.now(),
        notice: told,
      })
    : undefined;
  let last: ModelProgress | undefined;
  const result = await runCourse(plan, {
    ...{ stopCheck, file, best, isToLearn, notice: told },
    progress: (soFar) => {
      last = { ...soFar, model: name, course: course.name, epochs: epochs() };
      progress(last);
    },
  });
  if (last) progress({ ...last, epochs: last.epoch });
  return result;
}
