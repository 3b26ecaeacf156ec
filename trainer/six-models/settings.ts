import type { VectorSettings } from "../word2vec/learn-vectors.ts";

export const TASTE_LOSSES = ["cosine", "l2"] as const;
/** What a taste is held against the wanted track's vector by. */
export type TasteLoss = (typeof TASTE_LOSSES)[number];

export interface SixModelSettings {
  /** The last share of sessions, by time, chooses each model's epoch. */
  readonly validationShare: number;
  readonly vectors: VectorSettings;
  readonly loss: TasteLoss;
  readonly recurrent: RecurrentSettings;
  readonly weighted: WeightedSettings;
  /** At most so many predictions of each term are measured. */
  readonly predictionsMax: number;
}

export interface RecurrentSettings {
  /** H */
  readonly hidden: number;
  /** Sequences side by side, and events through which a gradient goes back. */
  readonly lanes: number;
  readonly steps: number;
  readonly epochs: number;
  /** Adagrad's. */
  readonly learningRate: number;
  /** A listener's events are learned in pieces of at most this many. */
  readonly pieceEventsMax: number;
}

export interface WeightedSettings {
  /** How many of the last tracks have a weight. */
  readonly tracksMax: number;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
}

export const DEFAULT_SETTINGS: SixModelSettings = {
  validationShare: 0.05,
  vectors: {
    architecture: "cbow",
    dimension: 64,
    windowTracks: 5,
    negatives: 5,
    negativeExponent: 0.75,
    subsamplingThreshold: 1e-3,
    epochs: 10,
    learningRate: 0.5,
    lastRateShare: 0.01,
  },
  loss: "cosine",
  recurrent: {
    hidden: 100,
    lanes: 64,
    steps: 10,
    epochs: 5,
    learningRate: 0.05,
    pieceEventsMax: 512,
  },
  weighted: { tracksMax: 50, epochs: 3, batch: 256, learningRate: 0.02 },
  predictionsMax: 10_000,
};
