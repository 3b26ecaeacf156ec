import type { Bundle, Model } from "../bundle/bundle.ts";
import { writeFeatures } from "../bundle/features.ts";
import type { StepRunner } from "../bundle/step-runner.ts";
import { assert } from "../domain/failure.ts";
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
  const all = [...hearings.values()];
  const planned = waves<RecentEvent, Hearing>(all);
  for (const wave of planned) await runWave(wave, models);
  const records = new Map<Key, ListenerRecord>();
  for (const [key, { draft, hidden }] of hearings) {
    assert(draft.history !== undefined, "a draft that changed has a history");
    records.set(key, { ...draft.history, bundle: models.bundle.manifest.id, hidden });
  }
  const rebuilt = all.filter((hearing) => hearing.rebuilt).length;
  return { records, waves: planned.length, rebuilt };
}

/** A draft on its way through the models. Its `hidden` states are replaced by each step, never
 *  written to: the first ones belong to the record that was read. */
interface Hearing {
  readonly draft: Draft;
  readonly steps: readonly RecentEvent[];
  readonly hidden: Partial<Record<ModelName, Float32Array>>;
  readonly rebuilt: boolean;
}

function hearingOf(draft: Draft, bundle: Bundle): Hearing {
  const { before, steps } = draft;
  const rebuilt = before !== undefined && before.bundle !== bundle.manifest.id;
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

async function runWave(
  wave: readonly WaveRow<Hearing, RecentEvent>[],
  { bundle, runner }: Models,
): Promise<void> {
  const trackIndexes = wave.map(({ step }) => bundle.indexOfHash(step.track));
  await Promise.all(
    Object.values(bundle.models).map(async (model) => {
      const rows = wave.length;
      const { hidden: width, dimension, featureWidth } = model;
      const track = new Float32Array(rows * dimension); // [rows, D]
      const features = new Float32Array(rows * featureWidth); // [rows, F]
      const hidden = new Float32Array(rows * width); // [rows, H]
      for (const [row, { owner, step }] of wave.entries()) {
        const index = trackIndexes[row];
        if (index !== undefined) track.set(inputVector(model, index), row * dimension);
        writeFeatures(model.features, step, features, row * featureWidth);
        if (!forgets(model, step)) hidden.set(owner.hidden[model.name]!, row * width);
      }
      const next = await runner.step({ model: model.name, rows, track, features, hidden });
      assert(next.length === rows * width, "a step returns one hidden state per row");
      // One copy for the whole wave, since the runner may use its memory again.
      const kept = next.slice();
      for (const [row, { owner }] of wave.entries()) {
        owner.hidden[model.name] = kept.subarray(row * width, (row + 1) * width);
      }
    }),
  );
}

function inputVector(model: Model, index: number): Float32Array {
  return model.inputVectors.subarray(index * model.dimension, (index + 1) * model.dimension);
}

/** The short-term model begins every session at zeros. */
function forgets(model: Model, step: RecentEvent): boolean {
  return model.name === "short" && step.sessionStart;
}
