import type { LogPosition, LogRecord, NewRecord } from "../../core/log/event-log.ts";
import { LISTENING_TOPIC } from "../../core/log/event-log.ts";
import type { Models } from "../../core/state/advance.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import { applyBatch } from "../../ingest/apply-batch.ts";
import { addCounts, type Counts, newCounts } from "../../ingest/counters.ts";
import { batchOf } from "./listening-records.ts";
import { tinyModels } from "./tiny-models.ts";

/** Ingest without a log: batches go in by hand, counts and dead letters add up. */
export interface Applied {
  readonly store: SessionStore;
  readonly counts: Counts;
  readonly letters: NewRecord[];
  /** The models of the batches to come. */
  models: Models;
  apply(records: readonly LogRecord[]): Promise<void>;
}

export function appliedTo(
  store = createMemoryStore(),
  models = tinyModels(1),
  evictAfterMs?: number,
): Applied {
  const counts = newCounts();
  const letters: NewRecord[] = [];
  const deadLetters = {
    async append(records: readonly NewRecord[]): Promise<LogPosition[]> {
      letters.push(...records);
      return [];
    },
  };
  const applied: Applied = {
    store,
    counts,
    letters,
    models,
    async apply(records) {
      const context = { store, models: applied.models, topic: LISTENING_TOPIC, deadLetters };
      const signal = new AbortController().signal;
      const done = await applyBatch(batchOf(records), { ...context, signal, evictAfterMs });
      addCounts(counts, done);
    },
  };
  return applied;
}
