import type { FeatureName } from "../core/bundle/manifest.ts";
import type { ModelName } from "../core/domain/ids.ts";
import type { LongModelConfig, ModelConfig } from "./config.ts";
import type { ModelWeights } from "./model-parameters.ts";
import type { Accuracy } from "./score-catalogue.ts";
import type { Sequences } from "./sequences.ts";
import type { SizedConfig } from "./size-by-log.ts";
import type { ValidationPlan } from "./validation-plan.ts";

/** What one set of weights is learned from, and how. */
export interface CoursePlan {
  readonly name: ModelName;
  readonly sequences: Sequences;
  readonly sessions: Int32Array;
  readonly features: readonly FeatureName[];
  readonly config: SizedConfig<ModelConfig | LongModelConfig>;
  readonly seed: number;
  /** After this epoch, from 1, the course pauses; a later one with a later pause goes on from its
   *  file. Without it the course learns to its end. */
  readonly untilEpoch?: number | undefined;
  /** Measures the weights after each epoch, so that the best are kept; without it the last are. */
  readonly validation?: ValidationPlan;
}

export interface EpochFigures {
  /** Mean over right answers. */
  readonly loss: number;
  /** Of a course that is measured. */
  readonly validation?: Accuracy;
}

/** Weights that were kept, with what they said where they were measured. */
export interface Kept {
  /** From 1. */
  readonly epoch: number;
  readonly weights: ModelWeights;
  /** [predictions, D]: the taste after each event of the validation plan; empty without one. */
  readonly tastes: Float32Array;
  /** √(recall · mrr), by which they were chosen; 0 without a validation. */
  readonly value: number;
}
