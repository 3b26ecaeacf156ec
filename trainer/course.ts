import { featureWidth } from "../core/bundle/manifest.ts";
import { assert } from "../core/domain/failure.ts";
import { averageWeights } from "./average-weights.ts";
import type { CourseFile } from "./checkpoint/course-file.ts";
import type { ModelConfig } from "./config.ts";
import type { CoursePlan, EpochFigures, Kept } from "./course-plan.ts";
import { type CourseState, loadCourse, saveCourse, startCourse } from "./course-state.ts";
import { measureAccuracy } from "./measure-ranks.ts";
import { copyWeights, type ModelWeights } from "./model-parameters.ts";
import { negativeSampler } from "./negative-sampler.ts";
import { planPass } from "./plan-pass.ts";
import { continuedRandom } from "./random.ts";
import { replayTastes } from "./replay-tastes.ts";
import { type Accuracy, worth } from "./score-catalogue.ts";
import { trackSupport } from "./sequences.ts";
import type { SizedConfig } from "./size-by-log.ts";
import { tellsSkips } from "./skip-rows.ts";
import { PASS_START, type PassPosition, type StopCheck, trainEpoch } from "./train-epoch.ts";
import { openTrainingStep, type TrainingStep } from "./training-step.ts";
import type { ValidationPlan } from "./validation-plan.ts";

export interface Course {
  readonly kept: Kept;
  readonly epochs: readonly EpochFigures[];
}

/** How a course tells of itself, is stopped and is gone on with. */
export interface CourseWatch {
  readonly progress: (soFar: {
    readonly epoch: number;
    readonly events: number;
    readonly eventsTotal: number;
    /** Undefined before the epoch's first event. */
    readonly loss: number | undefined;
    /** Of the last epoch that was measured. */
    readonly validationRecall: number | undefined;
  }) => void;
  readonly notice: (text: string) => void;
  readonly stopCheck: StopCheck;
  readonly file: CourseFile | undefined;
  /** Told before each epoch which one measured best so far. */
  readonly best?: ((epoch: number) => void) | undefined;
  /** Whether the course shall learn that epoch; it has ended where not. */
  readonly isToLearn?: ((epoch: number) => boolean) | undefined;
}

/** Learns one set of weights, from where its file left it. The same plan gives the same bits,
 *  wherever it was interrupted. Throws `training_diverged`, and what `stopCheck` throws. */
export async function runCourse(plan: CoursePlan, watch: CourseWatch): Promise<Course> {
  const { config } = plan;
  const skipHead = config.skipHeadWeight > 0 && tellsSkips(plan.sequences);
  const sizes = { ...config, featureWidth: featureWidth(plan.features), skipHead };
  const tracks = plan.sequences.trackIds.length;
  const saved = watch.file && loadCourse(plan, watch.file);
  const state = saved ?? startCourse(plan, sizes, tracks);
  if (saved) watch.notice(placeOf(saved));
  const step = await openTrainingStep(state.parameters, {
    ...sizes,
    inputDropout: config.inputDropout > 0,
    tasteDropout: config.tasteDropout > 0,
  });
  step.hidden.set(state.hidden);
  try {
    while (!state.finished && state.epoch <= (plan.untilEpoch ?? config.epochs)) {
      if (state.kept) watch.best?.(state.kept.epoch);
      if (watch.isToLearn?.(state.epoch) === false) break;
      const loss = await runEpoch({ plan, state, step, watch });
      await closeEpoch(plan, state, { loss, stopCheck: watch.stopCheck });
      if (watch.file) saveCourse(watch.file, state);
    }
  } finally {
    await step.close();
  }
  assert(state.epoch > 1, "a course has at least one epoch");
  return { kept: state.kept ?? lastOf(state), epochs: state.figures };
}

/** What is kept of a course that is not measured. */
function lastOf({ epoch, mean, parameters }: CourseState): Kept {
  const weights = copyWeights(mean ?? parameters);
  return { epoch: epoch - 1, weights, tastes: new Float32Array(0), value: 0 };
}

function placeOf({ finished, epoch, position }: CourseState): string {
  if (finished) return `goes on after epoch ${epoch - 1}, the last one`;
  return `goes on in epoch ${epoch}, after ${position.events} events`;
}

interface Run {
  readonly plan: CoursePlan;
  readonly state: CourseState;
  readonly step: TrainingStep;
  readonly watch: CourseWatch;
}

/** Learns what is left of the epoch that `state` is in. */
async function runEpoch({ plan, state, step, watch }: Run): Promise<number> {
  const { sequences, features, config, sessions } = plan;
  const support = trackSupport(sequences, sessions);
  // Planned anew in an epoch that was interrupted, from the numbers that it was planned with.
  const order = continuedRandom(state.order.state());
  const { walks, targets } = planPass(sequences, sessions, config, order);
  const drawn = support.map((count) => Math.max(1, count));
  const eventsTotal = walks.ends.reduce((sum, end, walk) => sum + end - walks.starts[walk]!, 0);
  if (state.position.batches === 0) step.hidden.fill(0);
  const validationRecall = state.figures.at(-1)?.validation?.recall20;
  const learned = (position: PassPosition) => {
    state.position = position;
    if (!watch.file?.isDue()) return;
    state.hidden.set(step.hidden);
    saveCourse(watch.file, state);
  };
  const loss = await trainEpoch(step, {
    ...{ sequences, features, walks, targets, config, support, learned },
    sampleNegatives: negativeSampler(drawn, config.negativeExponent, state.negatives),
    random: state.rows,
    rate: rateOf(config, state.epoch),
    from: state.position,
    progress: (events, loss) => {
      watch.progress({ epoch: state.epoch, events, eventsTotal, loss, validationRecall });
    },
    stopCheck: watch.stopCheck,
  });
  state.order = order;
  return loss;
}

/** Measures the epoch that was learned, and goes on to the next one or ends the course. */
async function closeEpoch(
  plan: CoursePlan,
  state: CourseState,
  { loss, stopCheck }: { readonly loss: number; readonly stopCheck: StopCheck },
): Promise<void> {
  const { config, validation } = plan;
  const { epoch } = state;
  const isLast = epoch === config.epochs;
  state.mean = averageWeights(state.mean, state.parameters, config.averagingShare);
  const weights = state.mean;
  if (validation) {
    const { tastes, accuracy } = await measure(plan, { weights, validation, stopCheck });
    state.figures.push({ loss, validation: accuracy });
    const value = worth(accuracy);
    if (state.kept === undefined || value >= state.kept.value) {
      state.kept = { epoch, weights: copyWeights(weights), tastes, value };
    }
  } else {
    state.figures.push({ loss });
  }
  const waited = epoch - (state.kept?.epoch ?? epoch);
  state.finished = isLast || waited >= config.patience;
  state.epoch++;
  state.position = PASS_START;
}

async function measure(
  plan: CoursePlan,
  measured: {
    readonly weights: ModelWeights;
    readonly validation: ValidationPlan;
    readonly stopCheck: StopCheck;
  },
): Promise<{ readonly tastes: Float32Array; readonly accuracy: Accuracy }> {
  const { weights, stopCheck } = measured;
  const { predictions, walks } = measured.validation;
  const replay = { predictions, walks: walks[plan.name], stopCheck };
  const tastes = await replayTastes(weights, plan, replay);
  const scored = { tracks: weights.table, stopCheck };
  return { tastes, accuracy: await measureAccuracy(tastes, predictions.answer, scored) };
}

/** Falls from the first epoch's rate to the last one's by the same factor each time. */
function rateOf(config: SizedConfig<ModelConfig>, epoch: number): number {
  const done = config.epochs === 1 ? 0 : (epoch - 1) / (config.epochs - 1);
  return config.learningRate * config.lastRateShare ** done;
}
