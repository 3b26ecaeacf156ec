import { setImmediate } from "node:timers/promises";
import { Failure } from "../../core/domain/failure.ts";
import { negativeSampler } from "../negative-sampler.ts";
import { type Random, type RandomStream, seededRandom, shuffle } from "../random.ts";
import {
  learnBagOfTracks,
  learnSkipGram,
  type PlaceLearner,
  type VectorLayers,
} from "./learn-place.ts";
import { keepingChances } from "./subsampling.ts";

export const ARCHITECTURES = ["cbow", "skip-gram"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export interface VectorSettings {
  readonly architecture: Architecture;
  /** D */
  readonly dimension: number;
  /** How many tracks to either side count at most; each place draws its own number up to that. */
  readonly windowTracks: number;
  /** Noise tracks for each right one. */
  readonly negatives: number;
  /** Noise is drawn in proportion to plays to this power. */
  readonly negativeExponent: number;
  /** A track with a larger share of all plays loses some of them; 0 for none. */
  readonly subsamplingThreshold: number;
  readonly epochs: number;
  /** At the start; it falls in a straight line to `lastRateShare` of it. */
  readonly learningRate: number;
  readonly lastRateShare: number;
}

/** Sessions or playlists: sequence s is `track[starts[s]]` up to `track[starts[s + 1]]`. */
export interface TrackSequences {
  readonly tracks: number;
  /** [plays]: track indices. */
  readonly track: Int32Array;
  /** [sequences + 1] */
  readonly starts: Int32Array;
}

export interface VectorProgress {
  /** Plays that were gone through, over all epochs. */
  readonly done: number;
  readonly total: number;
  /** Mean loss of a prediction since the last report. */
  readonly loss: number;
}

const SEQUENCES_BETWEEN_REPORTS = 5_000;

/** Learns a vector for each track by word2vec with negative sampling: tracks that stand near each
 *  other in sequences come to lie near each other. → [tracks, D]; the same seed gives the same
 *  bits. Throws `training_diverged` and the reason of `signal`. */
export async function learnVectors(
  sequences: TrackSequences,
  settings: VectorSettings,
  run: {
    readonly seed: number;
    readonly progress?: (progress: VectorProgress) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Float32Array> {
  const random = seededRandom(run.seed, "word2vec");
  const support = new Int32Array(sequences.tracks);
  for (const track of sequences.track) support[track] = support[track]! + 1;
  const layers = newLayers(support, settings, random);
  const learnSequence = sequenceLearner(layers, settings, { support, random });
  const order = Int32Array.from({ length: sequences.starts.length - 1 }, (_, index) => index);
  const total = sequences.track.length * settings.epochs;
  let done = 0;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    shuffle(order, random);
    for (let first = 0; first < order.length; first += SEQUENCES_BETWEEN_REPORTS) {
      let [loss, predictions] = [0, 0];
      for (const index of order.subarray(first, first + SEQUENCES_BETWEEN_REPORTS)) {
        const rate = settings.learningRate * (1 - (1 - settings.lastRateShare) * (done / total));
        const plays = sequences.track.subarray(
          sequences.starts[index]!,
          sequences.starts[index + 1]!,
        );
        const learned = learnSequence(plays, rate);
        loss += learned.loss;
        predictions += learned.predictions;
        done += plays.length;
      }
      if (!Number.isFinite(loss)) throw diverged(settings.learningRate);
      run.progress?.({ done, total, loss: predictions === 0 ? 0 : loss / predictions });
      // Signals are heard only between turns of the event loop.
      await setImmediate();
      run.signal?.throwIfAborted();
    }
  }
  return layers.inputs;
}

/** Inputs uniform within ±0.5 / D and outputs zero, as in Mikolov's program. */
function newLayers(support: Int32Array, settings: VectorSettings, random: Random): VectorLayers {
  const { dimension, negatives, negativeExponent } = settings;
  const size = support.length * dimension;
  return {
    inputs: Float32Array.from({ length: size }, () => (random() - 0.5) / dimension),
    output: {
      dimension,
      vectors: new Float32Array(size),
      gradient: new Float32Array(dimension),
    },
    hidden: new Float32Array(dimension),
    candidates: new Int32Array(1 + negatives),
    drawNoise: negativeSampler(support, negativeExponent, random),
  };
}

function sequenceLearner(
  layers: VectorLayers,
  settings: VectorSettings,
  { support, random }: { readonly support: Int32Array; readonly random: RandomStream },
): (plays: Int32Array, rate: number) => { readonly loss: number; readonly predictions: number } {
  const learn: PlaceLearner = settings.architecture === "cbow" ? learnBagOfTracks : learnSkipGram;
  const chances = keepingChances(support, settings.subsamplingThreshold);
  return (plays, rate) => {
    const tracks = plays.filter((track) => chances[track] === 1 || random() < chances[track]!);
    const place = { tracks, at: 0, from: 0, to: 0 };
    let [loss, predictions] = [0, 0];
    for (; place.at < tracks.length; place.at++) {
      const reach = 1 + Math.floor(random() * settings.windowTracks);
      place.from = Math.max(0, place.at - reach);
      place.to = Math.min(tracks.length, place.at + reach + 1);
      loss += learn(layers, place, rate);
      const around = place.to - place.from - 1;
      predictions += settings.architecture === "cbow" ? Math.min(1, around) : around;
    }
    return { loss, predictions };
  };
}

function diverged(rate: number): Failure {
  return new Failure(
    "training_diverged",
    `track vectors are no numbers any more at learning rate ${rate}; try ${rate / 4}`,
    { field: "learningRate" },
  );
}
