import type { Bundle, Model, ModelContent } from "../../core/bundle/bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { ModelName } from "../../core/domain/ids.ts";
import type { ModelWeights } from "../model-parameters.ts";
import type { BundleLog } from "../read-bundle-log.ts";
import { servedGraphs } from "../served-graphs.ts";
import type { StopCheck } from "../train-epoch.ts";
import { distil, type Lessons, newStudent, type Student } from "./distil.ts";
import { int8Step } from "./int8-step.ts";
import type { CompressionPlan } from "./plan.ts";
import { pruneUnits, pruneWeights } from "./prune.ts";
import { servedWeights } from "./served-weights.ts";

export interface ModelCompression {
  readonly bundle: Bundle;
  readonly plan: CompressionPlan;
  /** Undefined where nothing is to be learned: pruned models stay as they were cut. */
  readonly log: BundleLog | undefined;
  readonly epochs: number | undefined;
  readonly seed: number;
  readonly progress: (done: {
    readonly model: ModelName;
    readonly epoch: number;
    readonly epochs: number;
  }) => void;
  readonly stopCheck: StopCheck;
}

/** Pruned weights go on learning at a tenth of training's rate. */
const TUNING_RATE = 0.012;

/** Makes one model smaller. Throws `bad_bundle` where its graphs would have to be read and are not
 *  those of this trainer, and `bad_configuration` where a student would not be smaller. */
export async function compressModel(
  model: Model,
  compression: ModelCompression,
): Promise<ModelContent> {
  const { bundle, plan } = compression;
  const manifest = bundle.manifest.models[model.name]!;
  const vectors = plan.vectors ?? (manifest.input_scales === undefined ? "float32" : "int8");
  const kept: ModelContent = {
    ...model,
    outputBias: manifest.output_bias === null ? null : model.outputBias,
    storedVectors: vectors,
  };
  if (!plan.step && !plan.prune && !plan.distil) return kept;
  const weights = await lighterWeights(servedWeights(model), model, compression);
  const graphs = servedGraphs(weights);
  const { inputVectors } = model;
  const { popularity } = bundle;
  const step = plan.step ? int8Step(weights, { inputVectors, popularity }) : graphs.step;
  const smaller = { ...kept, hidden: weights.sizes.hidden, step, taste: graphs.taste };
  if (!plan.prune && !plan.distil) return smaller;
  // A skip head reads the hidden state as it was learned; another one would be foreign to it.
  const { skip: _skip, ...without } = smaller;
  return without;
}

async function lighterWeights(
  weights: ModelWeights,
  model: Model,
  compression: ModelCompression,
): Promise<ModelWeights> {
  const { plan, log, epochs, seed, stopCheck } = compression;
  const { prune } = plan;
  const pruned = prune && PRUNINGS[prune.by](weights, prune.share);
  if (log === undefined) return pruned ?? weights;
  const { name, features } = model;
  if (model.inputVectors !== model.outputVectors) {
    const message = `models.${name} hears other vectors than it is scored by and cannot learn here`;
    throw new Failure("bad_bundle", message, { field: `models.${name}.output_vectors` });
  }
  const lessons: Lessons = {
    ...{ name, features, teacher: weights, ...log, epochs, seed, stopCheck },
    progress: (done) => compression.progress({ model: name, ...done }),
  };
  const student = pruned ? tuned(pruned, plan) : smallerStudent(lessons, plan);
  return student ? distil(lessons, student) : weights;
}

const PRUNINGS = { units: pruneUnits, weights: pruneWeights } as const;

function tuned(weights: ModelWeights, { prune }: CompressionPlan): Student {
  return { weights, keepsZeros: prune?.by === "weights", learningRate: TUNING_RATE };
}

function smallerStudent(lessons: Lessons, { distil: asked }: CompressionPlan): Student | undefined {
  if (asked === undefined) return undefined;
  const { hidden } = lessons.teacher.sizes;
  if (asked.hidden >= hidden) {
    const message = `the ${lessons.name} model has ${hidden} units; a student must have fewer`;
    throw new Failure("bad_configuration", message, { field: "--distil" });
  }
  return newStudent(lessons, asked.hidden);
}
