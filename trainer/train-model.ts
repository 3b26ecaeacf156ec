import type { FeatureName } from "../core/bundle/manifest.ts";
import { assert } from "../core/domain/failure.ts";
import type { ModelName } from "../core/domain/ids.ts";
import { openCourseFile } from "./checkpoint/course-file.ts";
import { courseTask } from "./checkpoint/course-task.ts";
import type { LongModelConfig, ModelConfig } from "./config.ts";
import { type Course, runCourse } from "./course.ts";
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

/** How far a training is, as often as the trainer says. */
export interface ModelProgress {
  readonly model: ModelName;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of this epoch. */
  readonly events: number;
  readonly eventsTotal: number;
  /** Undefined before the epoch's first event. */
  readonly loss: number | undefined;
  /** Of the last epoch that was measured. */
  readonly validationRecall: number | undefined;
}

export interface TrainedModel {
  readonly features: readonly FeatureName[];
  readonly config: SizedConfig<ModelConfig>;
  readonly weights: ModelWeights;
  readonly epochs: readonly EpochFigures[];
  /** From 1; the epoch that measured best, and what it measured. */
  readonly bestEpoch: number;
  readonly accuracy: Accuracy;
  /** The weights that were measured, before any learned from held-back sessions, and the taste
   *  after each event of the validation plan, [predictions, D]. */
  readonly measured: { readonly weights: ModelWeights; readonly tastes: Float32Array };
}

/** How a training tells of itself and is stopped. */
export interface Watch {
  readonly progress: (progress: ModelProgress) => void;
  readonly notice: (text: string) => void;
  readonly stopCheck: StopCheck;
}

/** Trains one model on one core: a first course chooses the epoch on the held-back sessions, a
 *  second one learns for as many epochs from all of them. The same task gives the same bits. Throws
 *  `training_diverged`, and what `stopCheck` throws. */
export async function trainModel(task: ModelTask, watch: Watch): Promise<TrainedModel> {
  const { sequences, split, name, validation, seed } = task;
  const features = usefulFeatures(sequences, name);
  const config = sizeByLog(task.config, logSize(sequences));
  const learned = { name, sequences, features, seed };
  const { untilEpoch } = task;
  const before = { sequences: split.sequences, sessions: split.trained };
  const choosing = { ...learned, ...before, config, validation, untilEpoch };
  const refits = task.refit && split.held.length > 0;
  const counted = { done: 0, toCome: refits ? config.epochs : 0 };
  const chosen = await run(task, watch, { stage: "choosing", plan: choosing, counted });
  const { epoch: bestEpoch, weights, tastes } = chosen.kept;
  const { validation: accuracy } = chosen.epochs[bestEpoch - 1]!;
  assert(accuracy !== undefined, "a course with a validation plan is measured");
  const measured = { weights, tastes };
  const result = { features, config, epochs: chosen.epochs, bestEpoch, accuracy, measured };
  if (!refits) return { ...result, weights };
  const asLong = { ...config, epochs: bestEpoch };
  const refitted = await run(task, watch, {
    stage: "refitting",
    plan: { ...learned, sessions: sequences.sessionOrder, config: asLong },
    counted: { done: chosen.epochs.length, toCome: 0 },
  });
  return { ...result, weights: refitted.kept.weights };
}

function run(
  { name, checkpoints }: ModelTask,
  watch: Watch,
  course: {
    readonly stage: "choosing" | "refitting";
    readonly plan: CoursePlan;
    /** Epochs of the other courses, so that progress counts all of them. */
    readonly counted: { readonly done: number; readonly toCome: number };
  },
): Promise<Course> {
  const { stage, plan, counted } = course;
  const notice = (text: string) => watch.notice(`${name}: ${text}`);
  const file = checkpoints
    ? openCourseFile({
        path: `${checkpoints.folder}/${name}.${stage}`,
        task: courseTask(plan),
        saveEveryMs: checkpoints.everySeconds * 1000,
        nowMs: () => performance.now(),
        notice,
      })
    : undefined;
  const { stopCheck } = watch;
  const epochs = counted.done + plan.config.epochs + counted.toCome;
  return runCourse(plan, {
    ...{ stopCheck, notice, file },
    progress: (soFar) => {
      watch.progress({ ...soFar, model: name, epoch: counted.done + soFar.epoch, epochs });
    },
  });
}
