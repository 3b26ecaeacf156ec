import type { Bundle, Model } from "../bundle/bundle.ts";
import { runCourses } from "../bundle/course.ts";
import type { StepRunner } from "../bundle/step-runner.ts";
import { assert } from "../domain/failure.ts";
import { bundleMark } from "../domain/hash.ts";
import type { ModelName } from "../domain/ids.ts";
import { stepsModels } from "../domain/listening-event.ts";
import type { Draft } from "./draft.ts";
import type { ListenerRecord, RecentEvent } from "./listener-record.ts";
import { courseOf, type Plan, plannedStep, sinceLastStart } from "./plan-course.ts";
import { unpackedEvents } from "./recent-events.ts";
import type { History, StoredRecord } from "./stored-record.ts";
import { waves } from "./waves.ts";

/** A bundle and what runs its graphs. */
export interface Models {
  readonly bundle: Bundle;
  readonly runner: StepRunner;
}

export interface Advanced<Key> {
  /** A record for every draft that something changed. */
  readonly records: Map<Key, StoredRecord>;
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
  const records = new Map<Key, StoredRecord>();
  const bundle = bundleMark(models.bundle.manifest.id);
  for (const [key, { draft, hidden }] of hearings) {
    assert(draft.history !== undefined, "a draft that changed has a history");
    records.set(key, { ...draft.history, bundle, hidden: keptStates(draft.history, hidden) });
  }
  const rebuilt = [...hearings.values()].filter((hearing) => hearing.rebuilt).length;
  return { records, waves: planned, rebuilt };
}

/** The short-term model has no state before a session's first step. */
function keptStates(
  { sessionSteps }: History,
  hidden: ListenerRecord["hidden"],
): ListenerRecord["hidden"] {
  if (sessionSteps > 0) return hidden;
  const { short: _, ...kept } = hidden;
  return kept;
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
  const remembered = unpackedEvents(before.recent).filter(({ kind }) => stepsModels(kind));
  return { draft, steps: [...remembered, ...steps], hidden, rebuilt };
}

/** Runs all waves of all models and hands every listener the states that they end in. Returns how
 *  many waves the longest of them had. */
async function stepAll(hearings: readonly Hearing[], { bundle, runner }: Models): Promise<number> {
  const heard = hearings.map(({ steps }) => steps);
  const whole = planOf(heard, bundle);
  const kept = heard.map(sinceLastStart);
  const isWhole = kept.every((steps, place) => steps.length === heard[place]!.length);
  const plans = { short: isWhole ? whole : planOf(kept, bundle), long: whole };
  const models = Object.values(bundle.models);
  const courses = models.map((model) => {
    return courseOf(model, plans[model.name], hiddenOf(model, hearings));
  });
  const ends = await runCourses(runner, courses);
  for (const [index, { name, hidden: width }] of models.entries()) {
    for (const [place, { hidden }] of hearings.entries()) {
      hidden[name] = ends[index]!.subarray(place * width, (place + 1) * width);
    }
  }
  return whole.waveRows.length;
}

function planOf(heard: readonly (readonly RecentEvent[])[], bundle: Bundle): Plan {
  const owners = heard.map((steps, place) => ({ place, steps }));
  const planned = waves<RecentEvent, (typeof owners)[number]>(owners);
  const rows = planned.flat();
  return {
    waveRows: planned.map((wave) => wave.length),
    owners: Uint32Array.from(rows, ({ owner }) => owner.place),
    steps: rows.map(({ step }) => plannedStep(step, bundle)),
  };
}

/** [hearings, H]: a copy, since the stored states belong to the records that were read. */
function hiddenOf({ name, hidden: width }: Model, hearings: readonly Hearing[]): Float32Array {
  const states = new Float32Array(hearings.length * width);
  for (const [place, { hidden }] of hearings.entries()) states.set(hidden[name]!, place * width);
  return states;
}
