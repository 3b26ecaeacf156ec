import { setImmediate } from "node:timers/promises";
import { ADAGRAD_EPSILON } from "../onnx/optimizers.ts";
import { seededRandom, shuffle } from "../random.ts";
import type { ScoredTracks } from "../score-catalogue.ts";
import type { Sequences, TimeSplit } from "../sequences.ts";
import type { ModelRecipe } from "./recipes.ts";
import type { TasteLoss, WeightedSettings } from "./settings.ts";
import { sequenceWalks, termTargets } from "./term-targets.ts";
import {
  addWeightedTracks,
  addWeightGradient,
  type Heard,
  lossOfTaste,
  startingWeights,
} from "./weighted-taste.ts";

export interface WeightedTask {
  readonly recipe: ModelRecipe;
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  /** The tracks' vectors, of length 1. */
  readonly vectors: ScoredTracks;
  readonly loss: TasteLoss;
  readonly settings: WeightedSettings;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

export interface WeightedModel {
  /** [tracksMax]: of the last track heard, the one before it, … */
  readonly weights: Float32Array;
  /** Which weights had the lowest loss on held-back sessions. */
  readonly weighting: string;
  /** Mean loss on held-back sessions, by weighting. */
  readonly heldBackLosses: Readonly<Record<string, number>>;
}

/** γ that are tried; 1 is the plain mean. */
const DISCOUNTS = [0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1] as const;

/** A taste that is a weighted sum of the last tracks' vectors. Three kinds of weights compete on
 *  held-back sessions: discounts γʲ, Zipf's 1 / (j + 1), and free ones, learned from the better of
 *  both by Adagrad. Throws the reason of `signal`. */
export async function learnWeighted(task: WeightedTask): Promise<WeightedModel> {
  const { recipe, split, settings } = task;
  const random = seededRandom(task.seed, `six models weighted ${recipe.term}`);
  const trained = wantedPoints(task, split.trained, random);
  const held = wantedPoints(task, split.held, random);
  const candidates = new Map<string, Float32Array>([
    ["zipf", startingWeights("zipf", settings.tracksMax)],
    ...DISCOUNTS.map((discount) => {
      return [`discount ${discount}`, startingWeights({ discount }, settings.tracksMax)] as const;
    }),
  ]);
  const losses: Record<string, number> = {};
  for (const [name, weights] of candidates) losses[name] = meanLoss(task, held, weights);
  const weights = candidates.get(lowest(losses))!.slice();
  const squares = new Float64Array(weights.length);
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    shuffle(trained.order, random);
    for (let first = 0; first < trained.order.length; first += settings.batch) {
      const batch = trained.order.subarray(first, first + settings.batch);
      const gradient = gradientOf(task, { ...trained, order: batch }, weights);
      stepWeights(weights, { gradient, squares }, settings.learningRate);
    }
    await setImmediate();
    task.signal?.throwIfAborted();
  }
  candidates.set("learned", weights);
  losses.learned = meanLoss(task, held, weights);
  const weighting = lowest(losses);
  return { weights: candidates.get(weighting)!, weighting, heldBackLosses: losses };
}

/** After which events which one is wanted. */
interface Points {
  /** Events after which a track is wanted. */
  readonly order: Int32Array;
  /** [events]: the first event of the sequence, and the wanted event. */
  readonly from: Int32Array;
  readonly wanted: Int32Array;
}

function wantedPoints(task: WeightedTask, sessions: Int32Array, random: () => number): Points {
  const { sequences, recipe } = task;
  const cut = { sequence: recipe.sequence, pieceEventsMax: sequences.track.length };
  const walks = sequenceWalks(sequences, sessions, cut);
  const targets = termTargets(sequences, walks, { term: recipe.term, random });
  const from = new Int32Array(sequences.track.length);
  const wanted = new Int32Array(sequences.track.length).fill(-1);
  for (const [walk, start] of walks.starts.entries()) {
    from.fill(start, start, walks.ends[walk]!);
    for (let event = start; event < walks.ends[walk]!; event++) {
      const answer = targets.answerAfter(event);
      if (answer >= 0 && targets.weightOf(answer) > 0) wanted[event] = answer;
    }
  }
  const order = Int32Array.from(wanted.keys()).filter((event) => wanted[event]! >= 0);
  return { order, from, wanted };
}

function meanLoss(task: WeightedTask, points: Points, weights: Float32Array): number {
  let sum = 0;
  visit(task, points, weights, (_, taste, wanted) => {
    sum += lossOfTaste(task.loss, taste, wanted);
  });
  return points.order.length === 0 ? 0 : sum / points.order.length;
}

/** [weights]: of the mean loss of `points`. */
function gradientOf(task: WeightedTask, points: Points, weights: Float32Array): Float64Array {
  const ofWeights = new Float64Array(weights.length);
  const ofTaste = new Float32Array(task.vectors.dimension);
  visit(task, points, weights, (heard, taste, wanted) => {
    lossOfTaste(task.loss, taste, wanted, ofTaste);
    addWeightGradient(ofWeights, heard, ofTaste, task.vectors);
  });
  return ofWeights.map((slope) => slope / points.order.length);
}

function visit(
  { sequences, vectors }: WeightedTask,
  { order, from, wanted }: Points,
  weights: Float32Array,
  take: (heard: Heard, taste: Float32Array, wanted: Float32Array) => void,
): void {
  const taste = new Float32Array(vectors.dimension);
  for (const last of order) {
    const heard = { track: sequences.track, from: from[last]!, last };
    taste.fill(0);
    addWeightedTracks(taste, heard, weights, vectors);
    const at = sequences.track[wanted[last]!]! * vectors.dimension;
    take(heard, taste, vectors.vectors.subarray(at, at + vectors.dimension));
  }
}

function stepWeights(
  weights: Float32Array,
  state: { readonly gradient: Float64Array; readonly squares: Float64Array },
  rate: number,
): void {
  for (const [j, slope] of state.gradient.entries()) {
    const squares = state.squares[j]! + slope * slope;
    state.squares[j] = squares;
    weights[j] = weights[j]! - (rate * slope) / Math.sqrt(squares + ADAGRAD_EPSILON);
  }
}

/** The first of equals. */
function lowest(losses: Readonly<Record<string, number>>): string {
  return Object.entries(losses).reduce((best, one) => (one[1] < best[1] ? one : best))[0];
}
