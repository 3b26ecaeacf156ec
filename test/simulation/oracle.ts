import type { Offset, Partition } from "../../core/domain/ids.ts";
import { LISTENING_TOPIC, type NewRecord } from "../../core/log/event-log.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
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
  const context = { store, models: MODELS, topic: LISTENING_TOPIC, deadLetters, signal };
  for (const { partition, moves } of partitions) {
    for (const move of moves) {
      if (move.kind === "jump") {
        const expectedNext = move.from as Offset;
        const { position } = move;
        await store.commit({ partition, expectedNext, position, records: new Map() });
        continue;
      }
      for (const record of move.records) {
        const next = (record.offset + 1) as Offset;
        await applyBatch({ partition, records: [record], next }, context);
      }
    }
  }
  return { digest: await store.digest(), letters };
}

const MODELS = mixingModels();
