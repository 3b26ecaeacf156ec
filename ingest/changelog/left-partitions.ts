import { setImmediate as turn } from "node:timers/promises";
import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import type { FencedLog } from "../../core/log/fenced-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import { isBelow } from "../../core/state/is-below.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import { lastPosition } from "./changelog-records.ts";

/** What a store still has of partitions that its host neither owns nor follows. */
export interface LeftPartitions {
  /** Removes one of them that is old enough, where there is one. `kept` are all that the host owns
   *  or follows now. Resolves at once where a removal goes on. */
  look(kept: ReadonlySet<Partition>): Promise<void>;
  /** Ends a removal of the partition, which the host is to have again. */
  keep(partition: Partition): Promise<void>;
  /** Whether the partition is being removed. */
  isGoing(partition: Partition): boolean;
  close(): Promise<void>;
}

export interface LeftOptions {
  readonly changelog: FencedLog;
  readonly store: SessionStore;
  readonly onNotice: LogNoticeListener;
  /** How long a partition stays after its host left it: it may come back, and its listeners may be
   *  asked for while its new owner is away. */
  readonly dropAfterMs: number;
  /** A clock that only goes forwards, in milliseconds. */
  readonly nowMs: () => number;
}

/** When a partition was left, and where its changelog ended then. */
interface Left {
  readonly atMs: number;
  readonly end: Offset;
}

/** Listeners of one look through the store, and so the most of one commit. */
const LISTENERS_AT_ONCE = 2_000;

export function leftPartitions(options: LeftOptions): LeftPartitions {
  const { changelog, store, onNotice, dropAfterMs, nowMs } = options;
  const left = new Map<Partition, Left>();
  let going: { readonly partition: Partition; readonly stop: AbortController } | undefined;
  let removal = Promise.resolve();

  async function look(kept: ReadonlySet<Partition>): Promise<void> {
    if (going !== undefined) return;
    for (let index = 0; index < changelog.partitions; index++) {
      const partition = index as Partition;
      if (kept.has(partition) || !isStored(partition)) left.delete(partition);
      // It may have been taken back while this waited.
      else if ((await isDue(partition)) && left.has(partition)) return remove(partition);
    }
  }

  function isStored(partition: Partition): boolean {
    return (store.position(partition)?.next ?? 0) > 0;
  }

  /** Never before whoever owns it now has all that is here: its first word in the changelog says
   *  so, since it brings the partition to itself before it writes. */
  async function isDue(partition: Partition): Promise<boolean> {
    const { next: end } = await changelog.ends(partition);
    const known = left.get(partition);
    if (known === undefined) left.set(partition, { atMs: nowMs(), end });
    if (known === undefined || nowMs() - known.atMs < dropAfterMs || end === known.end)
      return false;
    const last = await lastPosition(changelog, partition);
    const stored = store.position(partition);
    return last !== undefined && stored !== undefined && !isBelow(last, stored);
  }

  function remove(partition: Partition): Promise<void> {
    const stop = new AbortController();
    going = { partition, stop };
    left.delete(partition);
    removal = removePartition({ store, partition, partitions: changelog.partitions }, stop.signal)
      .catch((cause: unknown) => {
        if (stop.signal.aborted) return;
        const message = `partition ${partition}, which other hosts have, cannot be removed for now`;
        onNotice({ level: "warning", message, cause });
      })
      .finally(() => {
        going = undefined;
      });
    return removal;
  }

  return {
    look,
    isGoing: (partition) => going?.partition === partition,
    async keep(partition) {
      left.delete(partition);
      if (going?.partition !== partition) return;
      going.stop.abort();
      await removal;
    },
    close() {
      going?.stop.abort();
      return removal;
    },
  };
}

/** The position first: a partition that is there in parts counts as never applied. */
async function removePartition(
  { store, partition, partitions }: RemoveOptions,
  signal: AbortSignal,
): Promise<void> {
  const stored = store.position(partition);
  if (stored === undefined) return;
  const position = { ...stored, next: 0 as Offset };
  const commit = (expectedNext: Offset, listeners: readonly ListenerId[]) => {
    const records = new Map(listeners.map((listener) => [listener, null]));
    return store.commit({ partition, expectedNext, position, records });
  };
  await commit(stored.next, []);
  for (let after: ListenerId | undefined; ; ) {
    signal.throwIfAborted();
    const listeners = store.listenersAfter(after, LISTENERS_AT_ONCE);
    after = listeners.at(-1);
    if (after === undefined) return;
    const its = listeners.filter((one) => partitionOf(one, partitions) === partition);
    if (its.length > 0) await commit(position.next, its);
    await turn();
  }
}

interface RemoveOptions {
  readonly store: SessionStore;
  readonly partition: Partition;
  readonly partitions: number;
}
