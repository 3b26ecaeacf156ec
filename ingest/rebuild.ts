import type { ListenerId, Offset, Partition } from "../core/domain/ids.ts";
import type { EventLog, LogRecord } from "../core/log/event-log.ts";
import { partitionOf } from "../core/log/partition-of.ts";
import type { Models } from "../core/state/advance.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";
import { applyBatch } from "./apply-batch.ts";

export interface Rebuilding {
  /** The listening topic. */
  readonly log: EventLog;
  readonly store: SessionStore;
  readonly models: Models;
  /** As ingest has it. */
  readonly evictAfterMs?: number | undefined;
}

export interface Rebuilt {
  /** Listeners who have a record again. */
  readonly rebuilt: number;
  /** Listeners of whom the log holds nothing, or whom it forgot. */
  readonly unknown: number;
  /** Partitions whose log does not reach back to its beginning: what was heard before is lost. */
  readonly shortened: readonly Partition[];
}

/** Records of one read of the log. */
const READ_RECORDS = 1_000;

/** Hears again, for these listeners alone, all that the log holds up to where the store is, and
 *  writes their records: the same bytes as if the log had been replayed from its beginning. Ingest
 *  must not run meanwhile; where it does, the commit throws `stale_owner` and nothing is
 *  written. */
export async function rebuildListeners(
  listeners: readonly ListenerId[],
  rebuilding: Rebuilding,
): Promise<Rebuilt> {
  const { log } = rebuilding;
  const byPartition = Map.groupBy(listeners, (one) => partitionOf(one, log.partitions));
  const shortened: Partition[] = [];
  let rebuilt = 0;
  for (const [partition, wanted] of byPartition) {
    const part = await rebuildPartition(partition, new Set(wanted), rebuilding);
    if (part.isShortened) shortened.push(partition);
    rebuilt += part.rebuilt;
  }
  return { rebuilt, unknown: listeners.length - rebuilt, shortened };
}

async function rebuildPartition(
  partition: Partition,
  wanted: ReadonlySet<string>,
  { log, store, models, evictAfterMs }: Rebuilding,
) {
  const position = store.position(partition);
  const { first } = await log.watermarks(partition);
  if (position === undefined || position.next <= first) {
    return { rebuilt: 0, isShortened: first > 0 };
  }
  const { epoch, appendedAtMs } = position;
  const scratch = createMemoryStore();
  await scratch.commit({
    partition,
    expectedNext: 0 as Offset,
    position: { epoch, next: first, appendedAtMs },
    records: new Map(),
  });
  const heard = { only: wanted, evictAfterMs, topic: log.topic, deadLetters: NO_LETTERS };
  const { signal } = new AbortController();
  for await (const records of recordsBetween(log, partition, { from: first, to: position.next })) {
    const { next: from } = scratch.position(partition)!;
    const batch = { partition, from, records, next: position.next };
    await applyBatch(batch, { ...heard, store: scratch, models, signal });
  }
  const found = new Map<ListenerId, StoredRecord>();
  for (const listener of wanted as ReadonlySet<ListenerId>) {
    const record = scratch.read(listener);
    if (record !== undefined) found.set(listener, record);
  }
  await store.commit({ partition, expectedNext: position.next, position, records: found });
  return { rebuilt: found.size, isShortened: first > 0 };
}

/** The letters of what could not be read were written when it was read first. */
const NO_LETTERS = { append: async () => [] };

async function* recordsBetween(
  log: EventLog,
  partition: Partition,
  { from, to }: { readonly from: Offset; readonly to: Offset },
): AsyncGenerator<readonly LogRecord[]> {
  for (let at: number = from; at < to; ) {
    const records = await log.read(partition, at as Offset, READ_RECORDS);
    if (records.length === 0) return;
    yield records.filter(({ offset }) => offset < to);
    at = records.at(-1)!.offset + 1;
  }
}
