import type { Bundle, Model } from "../bundle/bundle.ts";
import { runCourse } from "../bundle/course.ts";
import { writeFeatures } from "../bundle/features.ts";
import type { Course, StepRunner } from "../bundle/step-runner.ts";
import { assert } from "../domain/failure.ts";
import { bundleMark } from "../domain/hash.ts";
import type { ModelName } from "../domain/ids.ts";
import { stepsModels } from "../domain/listening-event.ts";
import type { Draft } from "./draft.ts";
import type { ListenerRecord, RecentEvent } from "./listener-record.ts";
import { type WaveRow, waves } from "./waves.ts";

/** A bundle and what runs its graphs. */
export interface Models {
  readonly bundle: Bundle;
  readonly runner: StepRunner;
}

export interface Advanced<Key> {
  /** A record for every draft that something changed. */
  readonly records: Map<Key, ListenerRecord>;
  /** Batched calls that were made, each of every model. */
  readonly waves: number;
  /** Records of another bundle, whose hidden states were stepped anew from their recent events. */
  readonly rebuilt: number;
}

/** Steps every draft's events, in waves, and returns the records that follow. A step whose track
 *  the bundle does not know takes the zero vector. Ingest and the scorer's pending events share
 *  this. */
export async function advance<Key>(
  drafts: ReadonlyMap<Key, Draft>,
  models: Models,
): Promise<Advanced<Key>> {
  const hearings = new Map<Key, Hearing>();
  for (const [key, draft] of drafts) {
    if (draft.history !== undefined && draft.history !== draft.before) {
      hearings.set(key, hearingOf(draft, models.bundle));
    }
  }
  const all = [...hearings.values()].filter(({ steps }) => steps.length > 0);
  const planned = waves<RecentEvent, Hearing>(all);
  if (planned.length > 0) await stepAll(all, planned, models);
  const records = new Map<Key, ListenerRecord>();
  const bundle = bundleMark(models.bundle.manifest.id);
  for (const [key, { draft, hidden }] of hearings) {
    assert(draft.history !== undefined, "a draft that changed has a history");
    records.set(key, { ...draft.history, bundle, hidden });
  }
  const rebuilt = [...hearings.values()].filter((hearing) => hearing.rebuilt).length;
  return { records, waves: planned.length, rebuilt };
}

/** A draft on its way through the models. Its `hidden` states are replaced by stepping, never
 *  written to: the first ones belong to the record that was read. */
interface Hearing {
  readonly draft: Draft;
  readonly steps: readonly RecentEvent[];
  readonly hidden: Partial<Record<ModelName, Float32Array>>;
  readonly rebuilt: boolean;
}

function hearingOf(draft: Draft, bundle: Bundle): Hearing {
  const { before, steps } = draft;
  const rebuilt = before !== undefined && before.bundle !== bundleMark(bundle.manifest.id);
  const hidden: Partial<Record<ModelName, Float32Array>> = {};
  for (const model of Object.values(bundle.models)) {
    const stored = rebuilt ? undefined : before?.hidden[model.name];
    assert(stored === undefined || stored.length === model.hidden, "hidden has the model's length");
    hidden[model.name] = stored ?? new Float32Array(model.hidden);
  }
  if (!rebuilt) return { draft, steps, hidden, rebuilt };
  const remembered = before.recent.filter((recent) => stepsModels(recent.kind));
  return { draft, steps: [...remembered, ...steps], hidden, rebuilt };
}

/** Runs all waves of all models and hands every listener the states that they end in. */
async function stepAll(
  hearings: readonly Hearing[],
  planned: readonly Wave[],
  { bundle, runner }: Models,
): Promise<void> {
  const places = new Map(hearings.map((hearing, place) => [hearing, place]));
  const rows = planned.flat();
  const shared = {
    waveRows: planned.map((wave) => wave.length),
    owners: Uint32Array.from(rows, ({ owner }) => places.get(owner)!),
  };
  const trackIndexes = rows.map(({ step }) => bundle.indexOfHash(step.track));
  const courses = Object.values(bundle.models).map((model): Course => {
    const inputs = inputsOf(model, rows, trackIndexes);
    return { ...shared, ...inputs, hidden: hiddenOf(model, hearings) };
  });
  const ends = await (runner.run?.(courses) ?? runHere(courses, runner));
  for (const [index, model] of Object.values(bundle.models).entries()) {
    const width = model.hidden;
    for (const [place, { hidden }] of hearings.entries()) {
      hidden[model.name] = ends[index]!.subarray(place * width, (place + 1) * width);
    }
  }
}

type Wave = readonly WaveRow<Hearing, RecentEvent>[];

function runHere(courses: readonly Course[], runner: StepRunner): Promise<Float32Array[]> {
  return Promise.all(courses.map((course) => runCourse(runner, course)));
}

/** What one model hears of all steps. A track that the bundle does not know is zeros. */
function inputsOf(model: Model, rows: Wave, trackIndexes: readonly (number | undefined)[]) {
  const { name, hidden: width, hiddenBits, dimension, featureWidth } = model;
  const track = new Float32Array(rows.length * dimension); // [rows, D]
  const features = new Float32Array(rows.length * featureWidth); // [rows, F]
  const forgets = new Uint8Array(rows.length);
  for (const [row, { step }] of rows.entries()) {
    const index = trackIndexes[row];
    if (index !== undefined) copyVector(model, index, track, row * dimension);
    writeFeatures(model.features, step, features, row * featureWidth);
    // The short-term model begins every session at zeros.
    if (name === "short" && step.sessionStart) forgets[row] = 1;
  }
  return { model: name, width, hiddenBits, track, features, forgets };
}

/** [hearings, H]: a copy, since the stored states belong to the records that were read. */
function hiddenOf({ name, hidden: width }: Model, hearings: readonly Hearing[]): Float32Array {
  const states = new Float32Array(hearings.length * width);
  for (const [place, { hidden }] of hearings.entries()) states.set(hidden[name]!, place * width);
  return states;
}

/** Element by element: a view of so few numbers costs more than its copy. */
function copyVector(model: Model, index: number, target: Float32Array, start: number): void {
  const { inputVectors, dimension } = model;
  const from = index * dimension;
  for (let at = 0; at < dimension; at++) target[start + at] = inputVectors[from + at]!;
}
