import type { FeatureName } from "../core/bundle/manifest.ts";
import { featureWidth } from "../core/bundle/manifest.ts";
import { assert } from "../core/domain/failure.ts";
import type { ModelName } from "../core/domain/ids.ts";
import type { LongModelConfig, ModelConfig } from "./config.ts";
import { measureAccuracy } from "./measure-ranks.ts";
import { usefulFeatures } from "./model-features.ts";
import {
  copyParameters,
  type ModelParameters,
  restoreParameters,
  startingParameters,
} from "./model-parameters.ts";
import { negativeSampler } from "./negative-sampler.ts";
import { type Random, seededRandom, shuffle } from "./random.ts";
import { replayTastes } from "./replay-tastes.ts";
import { type Accuracy, worth } from "./score-catalogue.ts";
import { type Sequences, type TimeSplit, trackSupport } from "./sequences.ts";
import { type SizedConfig, sizeByLog } from "./size-by-log.ts";
import { type Checkpoint, type Epoch, trainEpoch } from "./train-epoch.ts";
import { openTrainingStep, type TrainingStep } from "./training-step.ts";
import type { ValidationPlan } from "./validation-plan.ts";
import {
  aheadTargets,
  listenerWalks,
  nextEventTargets,
  reorder,
  sessionWalks,
  type Targets,
  type Walks,
} from "./walks.ts";

export interface ModelTask {
  readonly name: ModelName;
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  readonly validation: ValidationPlan;
  readonly config: ModelConfig | LongModelConfig;
  readonly refit: boolean;
  readonly seed: number;
}

export interface EpochFigures {
  /** Mean over right answers, of the corrected sampled softmax. */
  readonly loss: number;
  readonly validation: Accuracy;
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
  readonly loss: number;
  /** Of the last epoch that was measured. */
  readonly validationRecall: number | undefined;
}

export interface TrainedModel {
  readonly features: readonly FeatureName[];
  readonly config: SizedConfig<ModelConfig>;
  readonly parameters: ModelParameters;
  readonly epochs: readonly EpochFigures[];
  /** From 1; the epoch whose weights were kept. */
  readonly bestEpoch: number;
  /** The weights that were measured, before they learned from held-back sessions, and the taste
   *  after each event of the validation plan, [predictions, D]. */
  readonly measured: { readonly parameters: ModelParameters; readonly tastes: Float32Array };
}

/** How a training tells of itself and is stopped. */
export interface Watch {
  readonly progress: (progress: ModelProgress) => void;
  readonly checkpoint: Checkpoint;
}

/** Trains one model on one core. The same task gives the same bits. Throws `training_diverged`, and
 *  what `checkpoint` throws. */
export async function trainModel(task: ModelTask, watch: Watch): Promise<TrainedModel> {
  const { sequences, split, name } = task;
  const support = trackSupport(sequences, split.trained);
  const features = usefulFeatures(sequences, name);
  const events = sequences.track.length;
  const config = sizeByLog(task.config, { events, tracks: support.length });
  const { hidden, dimension } = config;
  const sizes = { hidden, dimension, featureWidth: featureWidth(features) };
  const random = (stream: string) => seededRandom(task.seed, `${name} ${stream}`);
  const parameters = startingParameters(sizes, support.length, random("weights"));
  const step = await openTrainingStep(parameters, {
    ...sizes,
    lanes: config.lanes,
    steps: config.steps,
    negatives: config.negatives,
    inputDropout: config.inputDropout > 0,
    tasteDropout: config.tasteDropout > 0,
  });
  const drawn = support.map((count) => Math.max(1, count));
  const sampleNegatives = negativeSampler(drawn, config.negativeExponent, random("negatives"));
  const { checkpoint } = watch;
  const learned = { sequences, features, config, support, sampleNegatives };
  const pass = { ...learned, random: random("rows"), checkpoint };
  try {
    return await runEpochs(task, { parameters, step, pass, random: random("order") }, watch);
  } finally {
    await step.close();
  }
}

/** What stays the same from epoch to epoch. */
interface Course {
  readonly parameters: ModelParameters;
  readonly step: TrainingStep;
  readonly pass: Omit<Epoch, "walks" | "targets" | "rate" | "progress">;
  readonly random: Random;
}

async function runEpochs(
  task: ModelTask,
  course: Course,
  { progress }: Watch,
): Promise<TrainedModel> {
  const { config, features } = course.pass;
  const figures: EpochFigures[] = [];
  let best: Measured | undefined;
  for (let epoch = 1; epoch <= config.epochs; epoch++) {
    const loss = await runEpoch(task, course, {
      sessions: task.split.trained,
      rate: rateOf(config, epoch),
      progress: (soFar) => {
        const validationRecall = figures.at(-1)?.validation.recall20;
        progress({ model: task.name, epoch, epochs: config.epochs, validationRecall, ...soFar });
      },
    });
    const measured = await measure(task, course, epoch);
    figures.push({ loss, validation: measured.accuracy });
    if (best === undefined || measured.value >= best.value) best = measured;
    else if (epoch - best.epoch >= config.patience) break;
  }
  assert(best !== undefined, "a training has at least one epoch");
  restoreParameters(course.parameters, best.parameters);
  if (task.refit) {
    const rate = rateOf(config, best.epoch);
    await runEpoch(task, course, { sessions: task.split.held, rate, progress: () => undefined });
  }
  const { parameters } = course;
  return { features, config, parameters, epochs: figures, bestEpoch: best.epoch, measured: best };
}

/** Weights as they were after an epoch, and what they are worth. */
interface Measured {
  readonly epoch: number;
  readonly parameters: ModelParameters;
  readonly tastes: Float32Array;
  readonly accuracy: Accuracy;
  /** What the choice of an epoch goes by. */
  readonly value: number;
}

async function measure(task: ModelTask, course: Course, epoch: number): Promise<Measured> {
  const { predictions, walks } = task.validation;
  const parameters = copyParameters(course.parameters);
  const { checkpoint } = course.pass;
  const plan = { predictions, walks: walks[task.name], checkpoint };
  const tastes = await replayTastes(parameters, course.pass, plan);
  const accuracy = await measureAccuracy(tastes, predictions.answer, {
    tracks: parameters.table,
    checkpoint,
  });
  return { epoch, parameters, tastes, accuracy, value: worth(accuracy) };
}

function runEpoch(
  task: ModelTask,
  course: Course,
  part: {
    readonly sessions: Int32Array;
    readonly rate: number;
    readonly progress: (soFar: Pick<ModelProgress, "events" | "eventsTotal" | "loss">) => void;
  },
): Promise<number> {
  const { walks, targets } = planPass(task, course, part.sessions);
  const eventsTotal = walks.ends.reduce((sum, end, walk) => sum + end - walks.starts[walk]!, 0);
  return trainEpoch(course.step, {
    ...course.pass,
    walks,
    targets,
    rate: part.rate,
    progress: (events, loss) => part.progress({ events, eventsTotal, loss }),
  });
}

/** The short model goes through sessions in order of time, so that it ends with the newest; the
 *  long one through its listeners in a new random order each time. */
function planPass(
  task: ModelTask,
  course: Course,
  sessions: Int32Array,
): { readonly walks: Walks; readonly targets: Targets } {
  const { sequences, config } = task;
  const { skippedTargetWeight } = config;
  if (!("horizonMin" in config)) {
    const walks = sessionWalks(sequences, sessions);
    return { walks, targets: nextEventTargets(sequences, walks, skippedTargetWeight) };
  }
  const inOrder = listenerWalks(sequences, sessions, config.pieceEventsMax);
  const permutation = Int32Array.from(inOrder.starts.keys());
  shuffle(permutation, course.random);
  const walks = reorder(inOrder, permutation);
  const horizon = { min: config.horizonMin, max: config.horizonMax };
  const draw = { skippedTargetWeight, horizon, random: course.random };
  return { walks, targets: aheadTargets(sequences, walks, draw) };
}

/** Falls from the first epoch's rate to the last one's by the same factor each time. */
function rateOf(config: SizedConfig<ModelConfig>, epoch: number): number {
  const done = config.epochs === 1 ? 0 : (epoch - 1) / (config.epochs - 1);
  return config.learningRate * config.lastRateShare ** done;
}
