import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import { partitionOf } from "../core/log/partition-of.ts";
import { evicted } from "../core/state/evict.ts";
import { decodeRecord } from "../core/state/record-codec.ts";
import type { AppliedPosition, SessionStore } from "../core/state/session-store.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";

export interface SweepOptions {
  /** As ingest writes it, so that the changelog is told, too. */
  readonly store: SessionStore;
  /** How many partitions the listening log has. */
  readonly partitions: number;
  /** Those that this process reads. */
  readonly owned: () => readonly Partition[];
  /** Listeners of one look, and so the most of its commits. */
  readonly atOnce?: number;
}

export interface Sweep {
  /** Looks at the next listeners in key order and writes those who are idle as what counts of them.
   *  Resolves with how many those were. One call at a time. */
  look(): Promise<number>;
  /** Whether the last look came to the end; the next one begins anew. */
  isRound(): boolean;
}

/** Two milliseconds of reading, and of writing a page for each listener at worst. */
const LISTENERS_AT_ONCE = 200;

/** Makes room on the disk; what replies and ingest read of an idle listener is the same before and
 *  after, see `core/state/evict.ts`. A commit keeps its partition's position, is refused where that
 *  has moved meanwhile, and leaves a record alone that is another by then. */
export function sweepIdle({ store, partitions, owned, atOnce }: SweepOptions): Sweep {
  let after: ListenerId | undefined;

  async function look(): Promise<number> {
    const positions = positionsOf(store, owned());
    if (positions.size === 0) {
      after = undefined;
      return 0;
    }
    const listeners = store.listenersAfter(after, atOnce ?? LISTENERS_AT_ONCE);
    const byPartition = Map.groupBy(listeners, (listener) => partitionOf(listener, partitions));
    let count = 0;
    for (const [partition, position] of positions) {
      const idle = idleAmong(byPartition.get(partition) ?? [], { store, position });
      if (idle.records.size > 0) await commit(partition, position, idle);
      count += idle.records.size;
    }
    after = listeners.at(-1);
    return count;
  }

  function commit(partition: Partition, position: AppliedPosition, idle: Idle): Promise<void> {
    const { next: expectedNext, epoch: expectedEpoch } = position;
    return store.commit({ partition, expectedNext, expectedEpoch, position, ...idle });
  }

  return { look, isRound: () => after === undefined };
}

type Idle = ReturnType<typeof idleAmong>;

/** Of the partitions of which somebody may be idle. One that is there in parts has none. */
function positionsOf(store: SessionStore, owned: readonly Partition[]) {
  const positions = new Map<Partition, AppliedPosition>();
  for (const partition of owned) {
    const position = store.position(partition);
    if (position?.idleBeforeMs !== undefined && position.next > 0) {
      positions.set(partition, position);
    }
  }
  return positions;
}

function idleAmong(
  listeners: readonly ListenerId[],
  { store, position }: { readonly store: SessionStore; readonly position: AppliedPosition },
) {
  const records = new Map<ListenerId, StoredRecord>();
  const computedFrom = new Map<ListenerId, Uint8Array>();
  for (const listener of listeners) {
    const bytes = store.bytesOf(listener);
    const record = bytes && readable(bytes, listener);
    if (bytes === undefined || record === undefined) continue;
    const kept = evicted(record, position.idleBeforeMs);
    if (kept === record) continue;
    records.set(listener, kept);
    computedFrom.set(listener, bytes);
  }
  return { records, computedFrom };
}

/** What is damaged is left to those who look for damage. */
function readable(bytes: Uint8Array, listener: ListenerId): StoredRecord | undefined {
  try {
    return decodeRecord(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), listener);
  } catch (failure) {
    if (!(failure instanceof Failure && failure.code === "bad_record")) throw failure;
    return undefined;
  }
}
