import { Failure } from "../../core/domain/failure.ts";
import type { Partition } from "../../core/domain/ids.ts";
import type { EventLog, LogReader } from "../../core/log/event-log.ts";
import type { FencedLog } from "../../core/log/fenced-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { settlesWithin } from "../../core/log/settles-within.ts";
import { isBelow } from "../../core/state/is-below.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import { allPublishers } from "./all-publishers.ts";
import { lastPosition } from "./changelog-records.ts";
import { copyPartition } from "./copy-partition.ts";
import { otherPartitions } from "./other-partitions.ts";
import { createPublisher } from "./publish-changes.ts";

export interface KeepOptions {
  readonly changelog: FencedLog;
  /** The listening topic. */
  readonly log: EventLog;
  readonly store: SessionStore;
  readonly onNotice: LogNoticeListener;
  /** Told of every part of a partition that was brought here, which is a sign of life. */
  readonly onProgress?: () => void;
  /** How long a partition stays in the store that this host neither owns nor follows any more; ten
   *  minutes where it is not given. */
  readonly dropAfterMs?: number;
}

/** Keeps the changelog of the partitions that this host owns, brings here what others wrote of
 *  one before it is read, follows some that others own, and in time removes the rest. */
export interface ChangelogKeeper extends Required<Pick<LogReader, "prepare" | "onRevoked">> {
  /** The store as ingest must write it, so that the keeper knows what changed. */
  readonly store: SessionStore;
  /** Follows these partitions and no others, those left out that this host owns. */
  follow(partitions: readonly Partition[]): void;
  /** Records of the listening log that the changelog is behind the store, over all that is
   *  owned. */
  behind(): number;
  /** How many partitions are followed. */
  followed(): number;
  /** Writes what waits. */
  publish(): Promise<void>;
  /** Removes a partition that others have for long enough, where there is one. */
  dropLeft(): Promise<void>;
  close(): Promise<void>;
}

/** Between two writes to the changelog. What changes more often is written once. */
const PUBLISH_WAIT_MS = 500;
/** A store that is this far behind the changelog, or less, reads the log instead. */
const READ_ON_RECORDS_MAX = 10_000;
const DROP_AFTER_MS = 10 * 60 * 1000;
/** Between two looks for partitions to remove. */
const DROP_LOOK_MS = 10_000;
/** How long the last write may take. */
const CLOSE_WAIT_MS = 5_000;

export function keepChangelog(options: KeepOptions): ChangelogKeeper {
  const { changelog, log, store, onNotice, onProgress, dropAfterMs = DROP_AFTER_MS } = options;
  const owned = new Set<Partition>();
  const publishers = allPublishers();
  const nowMs = () => performance.now();
  const others = otherPartitions({ ...options, dropAfterMs, nowMs });
  const timers = [
    setInterval(() => void publishers.publish(), PUBLISH_WAIT_MS).unref(),
    setInterval(() => void others.dropLeft(owned), DROP_LOOK_MS).unref(),
  ];

  async function prepare(partition: Partition, signal: AbortSignal): Promise<void> {
    owned.add(partition);
    await others.release(partition);
    if (await isFarBehind(options, partition)) {
      const copied = { changelog, store, partition, ...(onProgress && { onProgress }) };
      await orFromTheLog(partition, copyPartition(copied, signal));
    }
    signal.throwIfAborted();
    if (publishers.get(partition) !== undefined) return;
    publishers.add(partition, createPublisher({ changelog, log, store, partition, onNotice }));
  }

  /** What a newer version wrote, or what is damaged, is passed over as a whole: the log is then
   *  heard from where the store is, and every record passes over what it has heard. */
  async function orFromTheLog(partition: Partition, copying: Promise<unknown>): Promise<void> {
    try {
      await copying;
    } catch (cause) {
      if (!(cause instanceof Failure && cause.code === "bad_record")) throw cause;
      const which = `the changelog of partition ${partition}`;
      const message = `${which} cannot be read; the log is heard instead`;
      onNotice({ level: "error", message, cause });
    }
  }

  function onRevoked(partitions: readonly Partition[]): void {
    for (const partition of partitions) {
      owned.delete(partition);
      publishers.remove(partition);
    }
  }

  async function close(): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    await settlesWithin(publishers.publish(), CLOSE_WAIT_MS);
    await others.close();
    await publishers.close();
  }

  const written: SessionStore = {
    ...store,
    async commit(commit) {
      await store.commit(commit);
      publishers.get(commit.partition)?.changed(commit.records.keys(), commit.position);
    },
  };
  return {
    store: written,
    prepare,
    onRevoked,
    follow: (partitions) => others.follow(partitions.filter((one) => !owned.has(one))),
    followed: others.followed,
    behind: publishers.behind,
    publish: publishers.publish,
    dropLeft: () => others.dropLeft(owned),
    close,
  };
}

/** Whether the changelog has so much more of a partition than the store that reading the log would
 *  take longer, or whether the log has it no more. */
async function isFarBehind(
  { changelog, log, store }: KeepOptions,
  partition: Partition,
): Promise<boolean> {
  const last = await lastPosition(changelog, partition);
  const stored = store.position(partition);
  if (last === undefined || !isBelow(stored, last)) return false;
  if (stored?.epoch !== last.epoch || last.next - stored.next > READ_ON_RECORDS_MAX) return true;
  const { first } = await log.watermarks(partition);
  return stored.next < first;
}
