import type { Bundle, Model } from "../bundle/bundle.ts";
import { writeFeatures } from "../bundle/features.ts";
import type { Course } from "../bundle/step-runner.ts";
import type { TrackIndex } from "../domain/ids.ts";
import type { RecentEvent } from "./listener-record.ts";

/** Which step is whose, wave by wave, whatever model takes it. */
export interface Plan extends Pick<Course, "waveRows" | "owners" | "forks"> {
  /** [rows] */
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly event: RecentEvent;
  /** Undefined for a track that the bundle does not know. */
  readonly track: TrackIndex | undefined;
}

export function plannedStep(
  event: RecentEvent,
  { indexOfHash }: Pick<Bundle, "indexOfHash">,
): PlannedStep {
  return { event, track: indexOfHash(event.track) };
}

/** All of the steps that count for a model which begins every session at zeros. */
export function sinceLastStart(steps: readonly RecentEvent[]): readonly RecentEvent[] {
  const start = steps.findLastIndex(({ sessionStart }) => sessionStart);
  return start > 0 ? steps.slice(start) : steps;
}

/** A plan as one model hears it, from `hidden` [owners, H] on. A track that the bundle does not
 *  know is zeros. */
export function courseOf(model: Model, { steps, ...planned }: Plan, hidden: Float32Array): Course {
  const { name, hidden: width, hiddenBits, dimension, featureWidth } = model;
  const track = new Float32Array(steps.length * dimension); // [rows, D]
  const features = new Float32Array(steps.length * featureWidth); // [rows, F]
  const forgets = new Uint8Array(steps.length);
  for (const [row, step] of steps.entries()) {
    if (step.track !== undefined) copyVector(model, step.track, track, row * dimension);
    writeFeatures(model.features, step.event, features, row * featureWidth);
    // The short-term model begins every session at zeros.
    if (name === "short" && step.event.sessionStart) forgets[row] = 1;
  }
  return { ...planned, model: name, width, hiddenBits, hidden, track, features, forgets };
}

/** Element by element: a view of so few numbers costs more than its copy. */
function copyVector(model: Model, index: number, target: Float32Array, start: number): void {
  const { inputVectors, dimension } = model;
  const from = index * dimension;
  for (let at = 0; at < dimension; at++) target[start + at] = inputVectors[from + at]!;
}
