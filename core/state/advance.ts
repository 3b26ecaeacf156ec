import type { Bundle, Model } from "../bundle/bundle.ts";
import { runCourse } from "../bundle/course.ts";
import { writeFeatures } from "../bundle/features.ts";
import type { Course, StepRunner } from "../bundle/step-runner.ts";
import { assert } from "../domain/failure.ts";
import { bundleMark } from "../domain/hash.ts";
import type { ModelName, TrackIndex } from "../domain/ids.ts";
import { stepsModels } from "../domain/listening-event.ts";
import type { Draft } from "./draft.ts";
import type { ListenerRecord, RecentEvent } from "./listener-record.ts";
import { waves } from "./waves.ts";

/** A bundle and what runs its graphs. */
export interface Models {
  readonly bundle: Bundle;
  readonly runner: StepRunner;
}

export interface Advanced<Key> {
  /** A record for every draft that something changed. */
  readonly records: Map<Key, ListenerRecord>;
  /** Batched calls that were made of the model that heard most. */
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
  const planned = all.length > 0 ? await stepAll(all, models) : 0;
  const records = new Map<Key, ListenerRecord>();
  const bundle = bundleMark(models.bundle.manifest.id);
  for (const [key, { draft, hidden }] of hearings) {
    assert(draft.history !== undefined, "a draft that changed has a history");
    records.set(key, { ...draft.history, bundle, hidden });
  }
  const rebuilt = [...hearings.values()].filter((hearing) => hearing.rebuilt).length;
  return { records, waves: planned, rebuilt };
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

/** Runs all waves of all models and hands every listener the states that they end in. Returns how
 *  many waves the longest of them had. */
async function stepAll(hearings: readonly Hearing[], { bundle, runner }: Models): Promise<number> {
  const whole = planOf(
    hearings.map(({ steps }) => steps),
    bundle,
  );
  const isForgotten = hearings.some(({ steps }) => lastStartOf(steps) > 0);
  const plans: Readonly<Record<ModelName, Plan>> = {
    short: isForgotten
      ? planOf(
          hearings.map(({ steps }) => sinceLastStart(steps)),
          bundle,
        )
      : whole,
    long: whole,
  };
  const courses = Object.values(bundle.models).map((model): Course => {
    const { waveRows, owners, steps } = plans[model.name];
    return { waveRows, owners, ...inputsOf(model, steps), hidden: hiddenOf(model, hearings) };
  });
  const ends = await (runner.run?.(courses) ?? runHere(courses, runner));
  for (const [index, model] of Object.values(bundle.models).entries()) {
    const width = model.hidden;
    for (const [place, { hidden }] of hearings.entries()) {
      hidden[model.name] = ends[index]!.subarray(place * width, (place + 1) * width);
    }
  }
  return whole.waveRows.length;
}

/** Which step is whose, wave by wave. */
interface Plan extends Pick<Course, "waveRows" | "owners"> {
  /** [rows] */
  readonly steps: readonly PlannedStep[];
}

interface PlannedStep {
  readonly event: RecentEvent;
  /** Undefined for a track that the bundle does not know. */
  readonly track: TrackIndex | undefined;
}

function planOf(heard: readonly (readonly RecentEvent[])[], bundle: Bundle): Plan {
  const owners = heard.map((steps, place) => ({ place, steps }));
  const planned = waves<RecentEvent, (typeof owners)[number]>(owners);
  const rows = planned.flat();
  return {
    waveRows: planned.map((wave) => wave.length),
    owners: Uint32Array.from(rows, ({ owner }) => owner.place),
    steps: rows.map(({ step: event }) => ({ event, track: bundle.indexOfHash(event.track) })),
  };
}

/** Where the last session begins; below 0 where none does. */
function lastStartOf(steps: readonly RecentEvent[]): number {
  return steps.findLastIndex(({ sessionStart }) => sessionStart);
}

/** All that a model ends in which begins every session at zeros. */
function sinceLastStart(steps: readonly RecentEvent[]): readonly RecentEvent[] {
  return steps.slice(Math.max(0, lastStartOf(steps)));
}

function runHere(courses: readonly Course[], runner: StepRunner): Promise<Float32Array[]> {
  return Promise.all(courses.map((course) => runCourse(runner, course)));
}

/** What one model hears of all steps. A track that the bundle does not know is zeros. */
function inputsOf(model: Model, steps: readonly PlannedStep[]) {
  const { name, hidden: width, hiddenBits, dimension, featureWidth } = model;
  const tracks = new Float32Array(steps.length * dimension); // [rows, D]
  const features = new Float32Array(steps.length * featureWidth); // [rows, F]
  const forgets = new Uint8Array(steps.length);
  for (const [row, { event, track }] of steps.entries()) {
    if (track !== undefined) copyVector(model, track, tracks, row * dimension);
    writeFeatures(model.features, event, features, row * featureWidth);
    // The short-term model begins every session at zeros.
    if (name === "short" && event.sessionStart) forgets[row] = 1;
  }
  return { model: name, width, hiddenBits, track: tracks, features, forgets };
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
