import type { BundleMark, ModelName } from "../../core/domain/ids.ts";
import { stepsModels } from "../../core/domain/listening-event.ts";
import { advance } from "../../core/state/advance.ts";
import { draftOf } from "../../core/state/draft.ts";
import type { ListenerRecord, RecentEvent } from "../../core/state/listener-record.ts";
import { storedRecord } from "../../core/state/stored-record.ts";
import type { Scorer } from "../../scorer/scorer.ts";
import type { Place, TrackMap } from "./track-map.ts";

export interface PathStep extends Place {
  /** The event that brought the taste there. */
  readonly event: RecentEvent;
}

/** Where the map's model had the taste after each of the newest events that stepped it, the oldest
 *  first, at most `steps`. What stands behind `recent` is forgotten, so the way is that of the
 *  events that a record keeps; its end is where the record is. */
export async function tastePath(
  scorer: Pick<Scorer, "bundle" | "runner">,
  record: ListenerRecord,
  { map, steps }: { readonly map: TrackMap; readonly steps: number },
): Promise<PathStep[]> {
  const stepped = record.recent.filter(({ kind }) => stepsModels(kind));
  const shown = stepped.slice(Math.max(0, stepped.length - steps));
  const before = await statesBefore(scorer, record, { stepped, shown: shown.length - 1 });
  const states = [...before, record.hidden[map.model]];
  const path: PathStep[] = [];
  for (const [at, event] of shown.entries()) {
    const hidden = states[at];
    if (hidden === undefined) continue;
    const taste = await scorer.runner.taste(map.model, hidden, 1);
    path.push({ ...map.placeOfTaste(taste), event });
  }
  return path;

  /** The hidden states after all but the last of the events shown, by stepping the record anew. */
  async function statesBefore(
    models: Pick<Scorer, "bundle" | "runner">,
    whole: ListenerRecord,
    { stepped: events, shown: count }: { stepped: readonly RecentEvent[]; shown: number },
  ): Promise<(Float32Array | undefined)[]> {
    const lengths = Array.from(
      { length: Math.max(0, count) },
      (_, at) => at + events.length - count,
    );
    const drafts = new Map(lengths.map((length) => [length, draftOfFirst(whole, events, length)]));
    const { records } = await advance(drafts, models);
    return lengths.map((length) => records.get(length)?.hidden[map.model as ModelName]);
  }
}

/** A record of no bundle is stepped from its recent events alone. */
function draftOfFirst(record: ListenerRecord, events: readonly RecentEvent[], length: number) {
  const recent = events.slice(0, length);
  const first = storedRecord({ ...record, bundle: "" as BundleMark, recent });
  const draft = draftOf(first);
  draft.history = { ...first };
  return draft;
}
