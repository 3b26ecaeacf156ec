import type { FeatureName } from "../../core/bundle/manifest.ts";
import type { ModelName } from "../../core/domain/ids.ts";
import { type LongModelConfig, type ModelConfig, TRAINING_DEFAULTS } from "../config.ts";
import { measureAccuracy } from "../measure-ranks.ts";
import {
  copyWeights,
  type ModelParameters,
  type ModelWeights,
  startingParameters,
} from "../model-parameters.ts";
import { negativeSampler } from "../negative-sampler.ts";
import { planPass } from "../plan-pass.ts";
import { seededRandom } from "../random.ts";
import { replayTastes } from "../replay-tastes.ts";
import { worth } from "../score-catalogue.ts";
import { type Sequences, type TimeSplit, trackSupport } from "../sequences.ts";
import { type SizedConfig, sizeByLog } from "../size-by-log.ts";
import { PASS_START, type StopCheck, trainEpoch } from "../train-epoch.ts";
import type { ValidationPlan } from "../validation-plan.ts";
import { openDistillingStep } from "./distilling-step.ts";

/** What a student learns from. */
export interface Lessons {
  readonly name: ModelName;
  readonly features: readonly FeatureName[];
  readonly teacher: ModelWeights;
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  readonly validation: ValidationPlan;
  /** By the size of the log where it is not given. */
  readonly epochs: number | undefined;
  readonly seed: number;
  readonly progress: (done: { readonly epoch: number; readonly epochs: number }) => void;
  readonly stopCheck: StopCheck;
}

/** Where a student begins. */
export interface Student {
  readonly weights: ModelWeights;
  /** Weights of 0 stay 0. */
  readonly keepsZeros: boolean;
  /** Of weights that have learned already: they should not forget it in the first steps, in which
   *  Adagrad moves each by the whole rate. Training's own rate where it is not given. */
  readonly learningRate?: number;
}

/** A student that knows nothing yet. */
export function newStudent({ teacher, name, seed }: Lessons, hidden: number): Student {
  const sizes = { ...teacher.sizes, hidden };
  const { dense } = startingParameters(sizes, 0, seededRandom(seed, `${name} student`));
  return { weights: { sizes, dense, table: teacher.table }, keepsZeros: false };
}

/** Learns from the teacher's scores and the log's right answers, with the teacher's vectors, and
 *  returns the epoch that measured best on the held-back sessions, or what the student began with
 *  where every epoch made it worse. The same lessons give the same bits.
 *  Throws `training_diverged`, and what `stopCheck` throws. */
export async function distil(lessons: Lessons, student: Student): Promise<ModelWeights> {
  const { name, sequences, split, seed, teacher, features, stopCheck } = lessons;
  const config = studentConfig(lessons, student);
  const parameters = learning(student.weights);
  const step = await openDistillingStep(parameters, teacher, {
    ...{ ...config, featureWidth: teacher.sizes.featureWidth },
    ...{ steps: 1, inputDropout: false, tasteDropout: false },
  });
  const random = (stream: string) => seededRandom(seed, `${name} distil ${stream}`);
  const [order, negatives, rows] = [random("order"), random("negatives"), random("rows")];
  const support = trackSupport(sequences, split.trained);
  const drawn = support.map((count) => Math.max(1, count));
  const zeros = student.keepsZeros ? zeroPlaces(parameters) : undefined;
  let best = { weights: student.weights, value: await measure(lessons, parameters) };
  try {
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      lessons.progress({ epoch, epochs: config.epochs });
      step.hidden.fill(0);
      await trainEpoch(step, {
        ...{ sequences, features, config, support, stopCheck, random: rows },
        ...planPass(sequences, split.trained, config, order),
        sampleNegatives: negativeSampler(drawn, config.negativeExponent, negatives),
        ...{ rate: config.learningRate, from: PASS_START },
        progress: () => undefined,
        learned: () => zeros?.(),
      });
      const value = await measure(lessons, parameters);
      if (value >= best.value) best = { weights: ownCopy(parameters), value };
    }
  } finally {
    await step.close();
  }
  return best.weights;
}

/** As a training's, but for the student's size; what the teacher says keeps from learning by heart
 *  in place of dropout. */
function studentConfig(
  { name, sequences, teacher, epochs }: Lessons,
  { weights, learningRate }: Student,
): SizedConfig<ModelConfig | LongModelConfig> {
  const defaults: ModelConfig | LongModelConfig = TRAINING_DEFAULTS[name];
  const { hidden } = weights.sizes;
  const config = {
    ...defaults,
    ...{ hidden, dimension: teacher.sizes.dimension, epochs: epochs ?? null },
    ...{ steps: 1, inputDropout: 0, tasteDropout: 0 },
    learningRate: learningRate ?? defaults.learningRate,
  };
  return sizeByLog(config, { events: sequences.track.length, tracks: teacher.table.count });
}

/** The same weights with sums of squares that begin at 0, in arrays of their own. */
function learning(weights: ModelWeights): Pick<ModelParameters, "dense"> & ModelWeights {
  const { sizes, dense } = ownCopy(weights);
  const learned = Array.from(dense, ([name, weight]) => {
    return [name, { ...weight, squares: new Float32Array(weight.values.length) }] as const;
  });
  return { sizes, dense: new Map(learned), table: weights.table };
}

/** A copy with the same tracks: nobody changes these. */
function ownCopy({ sizes, dense, table }: ModelWeights): ModelWeights {
  const none = new Float32Array(0);
  const bare = { sizes, dense, table: { count: 0, dimension: 0, vectors: none, bias: none } };
  return { ...copyWeights(bare), table };
}

/** Remembers where the large matrices are 0; the function that it returns sets them to 0 again. */
function zeroPlaces({ dense }: Pick<ModelWeights, "dense">): () => void {
  const places = (["track", "hidden"] as const).map((name) => {
    const { values } = dense.get(name)!;
    return { values, at: Uint32Array.from(values.keys()).filter((index) => values[index] === 0) };
  });
  return () => {
    for (const { values, at } of places) for (const index of at) values[index] = 0;
  };
}

async function measure(lessons: Lessons, weights: ModelWeights): Promise<number> {
  const { name, validation, stopCheck, teacher } = lessons;
  const { predictions, walks } = validation;
  const replay = { predictions, walks: walks[name], stopCheck };
  const tastes = await replayTastes(weights, lessons, replay);
  const scored = { tracks: teacher.table, stopCheck };
  return worth(await measureAccuracy(tastes, predictions.answer, scored));
}
