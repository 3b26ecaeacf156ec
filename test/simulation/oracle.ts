import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import { LISTENING_TOPIC, type NewRecord } from "../../core/log/event-log.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import { evicted } from "../../core/state/evict.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import type { StoredRecord } from "../../core/state/stored-record.ts";
import { applyBatch } from "../../ingest/apply-batch.ts";
import type { Move } from "./history.ts";
import { mixingModels } from "./mixing-models.ts";

export interface Replayed {
  readonly digest: string;
  readonly letters: readonly NewRecord[];
}

/** What a store holds that hears each partition one record at a time, with nothing in between:
 *  the truth that every simulated run is held to. It never hears of hosts, disks or faults. */
export async function replaySequentially(
  partitions: readonly { readonly partition: Partition; readonly moves: readonly Move[] }[],
  evictAfterMs: number | undefined,
): Promise<Replayed> {
  const store = createMemoryStore();
  const letters: NewRecord[] = [];
  const deadLetters = {
    async append(records: readonly NewRecord[]) {
      letters.push(...records);
      return [];
    },
  };
  const { signal } = new AbortController();
  const heard = { topic: LISTENING_TOPIC, deadLetters, evictAfterMs, signal };
  const context = { store, models: MODELS, ...heard };
  for (const { partition, moves } of partitions) {
    for (const move of moves) {
      if (move.kind === "jump") {
        const expectedNext = move.from as Offset;
        // Who is idle is told by what was replayed, not by the run that is held against it.
        const { idleBeforeMs: _, ...moved } = move.position;
        const { idleBeforeMs } = store.position(partition) ?? {};
        const position = idleBeforeMs === undefined ? moved : { ...moved, idleBeforeMs };
        await store.commit({ partition, expectedNext, position, records: new Map() });
        continue;
      }
      for (const record of move.records) {
        const next = (record.offset + 1) as Offset;
        await applyBatch({ partition, records: [record], next }, context);
      }
    }
  }
  return { digest: await digestAsRead(store, partitions.length), letters };
}

/** The digest of a store that holds every record as it is read: an idle listener's may be evicted
 *  by now, or not yet. */
export async function digestAsRead(store: SessionStore, partitions: number): Promise<string> {
  const asRead = createMemoryStore();
  const listeners = store.listenersAfter(undefined, Number.MAX_SAFE_INTEGER);
  const byPartition = Map.groupBy(listeners, (listener) => partitionOf(listener, partitions));
  for (let index = 0; index < partitions; index++) {
    const partition = index as Partition;
    const position = store.position(partition);
    if (position === undefined) continue;
    const records = new Map<ListenerId, StoredRecord>();
    for (const listener of byPartition.get(partition) ?? []) {
      records.set(listener, evicted(store.read(listener)!, position.idleBeforeMs));
    }
    await asRead.commit({ partition, expectedNext: 0 as Offset, position, records });
  }
  return asRead.digest();
}

const MODELS = mixingModels();
