import { setImmediate } from "node:timers/promises";
import { writeFeatures } from "../../core/bundle/features.ts";
import { type FeatureName, featureWidth } from "../../core/bundle/manifest.ts";
import { Failure } from "../../core/domain/failure.ts";
import { loadFeatures } from "../event-columns.ts";
import { laneBatches } from "../lanes.ts";
import { copyWeights, type ModelWeights, startingParameters } from "../model-parameters.ts";
import { seededRandom, shuffle } from "../random.ts";
import type { ScoredTracks } from "../score-catalogue.ts";
import type { Sequences, TimeSplit } from "../sequences.ts";
import { reorder, type Targets, type Walks } from "../walks.ts";
import type { ModelRecipe } from "./recipes.ts";
import type { RecurrentSettings, TasteLoss } from "./settings.ts";
import { openTasteStep, type TasteBatch, type TasteStep } from "./taste-step.ts";
import { sequenceWalks, termTargets } from "./term-targets.ts";

export interface RecurrentTask {
  readonly recipe: ModelRecipe;
  readonly sequences: Sequences;
  readonly features: readonly FeatureName[];
  readonly split: TimeSplit;
  /** The tracks' vectors, of length 1; they stay as they are. */
  readonly vectors: ScoredTracks;
  readonly loss: TasteLoss;
  readonly settings: RecurrentSettings;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each epoch. */
  readonly progress: (epoch: TasteEpoch) => void;
}

export interface TasteEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the wanted tracks of the sessions learned from, and of the held-back ones. */
  readonly trainingLoss: number;
  readonly heldBackLoss: number;
}

export interface RecurrentModel {
  /** Of the epoch with the lowest loss on held-back sessions. */
  readonly weights: ModelWeights;
  readonly bestEpoch: number;
  readonly epochs: readonly TasteEpoch[];
}

/** Learns t = R(s; W): a GRU over the vectors of a sequence's tracks, whose taste after each track
 *  comes near to the vector of the one ℓ tracks ahead. Throws `training_diverged` and the reason of
 *  `signal`. Source: De Boom et al. 2018, arXiv 1708.06520, section 3. */
export async function learnRecurrent(task: RecurrentTask): Promise<RecurrentModel> {
  const { recipe, sequences, vectors, settings } = task;
  const random = seededRandom(task.seed, `six models ${recipe.sequence} ${recipe.term}`);
  const { dimension } = vectors;
  const sizes = { hidden: settings.hidden, dimension, featureWidth: featureWidth(task.features) };
  const parameters = startingParameters(sizes, 0, random);
  const shape = { ...sizes, lanes: settings.lanes, steps: settings.steps, loss: task.loss };
  const cut = { sequence: recipe.sequence, pieceEventsMax: settings.pieceEventsMax };
  const walks = sequenceWalks(sequences, task.split.trained, cut);
  const held = passOf(task, sequenceWalks(sequences, task.split.held, cut), random);
  const order = Int32Array.from(walks.starts.keys());
  const epochs: TasteEpoch[] = [];
  let best: RecurrentModel | undefined;
  const step = await openTasteStep(parameters.dense, shape);
  try {
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      shuffle(order, random);
      const pass = passOf(task, reorder(walks, order), random);
      const trainingLoss = await run(step, task, { ...pass, rate: settings.learningRate });
      const heldBackLoss = await run(step, task, held);
      if (!Number.isFinite(trainingLoss)) throw diverged(settings.learningRate);
      epochs.push({ epoch, trainingLoss, heldBackLoss });
      task.progress(epochs.at(-1)!);
      if (best && best.epochs[best.bestEpoch - 1]!.heldBackLoss <= heldBackLoss) continue;
      const weights = copyWeights({ ...parameters, table: { ...vectors } });
      best = { weights, bestEpoch: epoch, epochs };
    }
  } finally {
    await step.close();
  }
  return best!;
}

interface Pass {
  readonly walks: Walks;
  readonly targets: Targets;
  /** Not given where nothing is learned. */
  readonly rate?: number;
}

function passOf({ sequences, recipe }: RecurrentTask, walks: Walks, random: () => number): Pass {
  return { walks, targets: termTargets(sequences, walks, { term: recipe.term, random }) };
}

const BATCHES_BETWEEN_TURNS = 50;

/** Goes through all walks once → the mean loss of a wanted track. */
async function run(step: TasteStep, task: RecurrentTask, pass: Pass): Promise<number> {
  const { lanes, steps } = task.settings;
  let [lossSum, weightSum, batches] = [0, 0, 0];
  for (const batch of laneBatches(pass.walks, { lanes, steps })) {
    weightSum += fillBatch(step.batch, batch, task, pass.targets);
    const { rate } = pass;
    lossSum += (rate === undefined ? await step.measure() : await step.learn(rate)) * lanes * steps;
    if (++batches % BATCHES_BETWEEN_TURNS !== 0) continue;
    await setImmediate();
    task.signal?.throwIfAborted();
  }
  return weightSum === 0 ? 0 : lossSum / weightSum;
}

/** Returns the sum of the wanted tracks' weights. */
function fillBatch(
  batch: TasteBatch,
  lanes: { readonly event: Int32Array; readonly keep: Float32Array },
  { sequences, features, vectors }: RecurrentTask,
  targets: Targets,
): number {
  const rows = lanes.event.length;
  const width = batch.features.length / rows;
  batch.keep.set(lanes.keep);
  batch.features.fill(0);
  let weightSum = 0;
  for (let row = 0; row < rows; row++) {
    const event = lanes.event[row]!;
    const wanted = event < 0 ? -1 : targets.answerAfter(event);
    const weight = wanted < 0 ? 0 : targets.weightOf(wanted);
    copyVector(vectors, event < 0 ? -1 : sequences.track[event]!, batch.heard, row);
    copyVector(vectors, wanted < 0 ? -1 : sequences.track[wanted]!, batch.targets, row);
    batch.weights[row] = weight / rows;
    weightSum += weight;
    if (event < 0 || width === 0) continue;
    const heard = loadFeatures(sequences.features, event);
    writeFeatures(features, heard, batch.features, row * width);
  }
  return weightSum;
}

/** Track −1 is zeros. */
function copyVector(
  { vectors, dimension }: ScoredTracks,
  track: number,
  target: Float32Array,
  row: number,
): void {
  const to = row * dimension;
  if (track < 0) target.fill(0, to, to + dimension);
  else target.set(vectors.subarray(track * dimension, (track + 1) * dimension), to);
}

function diverged(rate: number): Failure {
  return new Failure(
    "training_diverged",
    `the mean loss is no number any more at learning rate ${rate}; try ${rate / 4}`,
    { field: "learningRate" },
  );
}
