import type { Partition } from "../../core/domain/ids.ts";
import type { EventLog, LogReader } from "../../core/log/event-log.ts";
import type { FencedLog } from "../../core/log/fenced-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { settlesWithin } from "../../core/log/settles-within.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import { isBelow, lastPosition } from "./changelog-records.ts";
import { copyPartition } from "./copy-partition.ts";
import { followPartitions } from "./follow-partitions.ts";
import { type ChangePublisher, createPublisher } from "./publish-changes.ts";

export interface KeepOptions {
  readonly changelog: FencedLog;
  /** The listening topic. */
  readonly log: EventLog;
  readonly store: SessionStore;
  readonly onNotice: LogNoticeListener;
  /** Told of every part of a partition that was brought here, which is a sign of life. */
  readonly onProgress?: () => void;
}

/** Keeps the changelog of the partitions that this host owns, brings here what others wrote of
 *  one before it is read, and follows some that others own. */
export interface ChangelogKeeper extends Required<Pick<LogReader, "prepare" | "onRevoked">> {
  /** The store as ingest must write it, so that the keeper knows what changed. */
  readonly store: SessionStore;
  /** Follows these partitions and no others, those left out that this host owns. */
  follow(partitions: readonly Partition[]): void;
  /** Records of the listening log that the changelog is behind the store, over all that is
   *  owned. */
  behind(): number;
  /** Writes what waits. */
  publish(): Promise<void>;
  close(): Promise<void>;
}

/** Between two writes to the changelog. What changes more often is written once. */
const PUBLISH_WAIT_MS = 500;
/** A store that is this far behind the changelog, or less, reads the log instead. */
const READ_ON_RECORDS_MAX = 10_000;
/** How long the last write may take. */
const CLOSE_WAIT_MS = 5_000;

export function keepChangelog(options: KeepOptions): ChangelogKeeper {
  const { changelog, log, store, onNotice, onProgress } = options;
  const owned = new Set<Partition>();
  const publishers = new Map<Partition, ChangePublisher>();
  const followed = followPartitions({ changelog, store }, onNotice);
  let publishing = Promise.resolve();
  const timer = setInterval(() => void publish(), PUBLISH_WAIT_MS).unref();
  let isWriting = false;

  /** One write at a time, and none that waits behind one that is slow. */
  function publish(): Promise<void> {
    if (isWriting) return publishing;
    isWriting = true;
    publishing = publishAll().finally(() => {
      isWriting = false;
    });
    return publishing;
  }

  async function publishAll(): Promise<void> {
    for (const publisher of publishers.values()) await publisher.publish();
  }

  async function prepare(partition: Partition, signal: AbortSignal): Promise<void> {
    owned.add(partition);
    await followed.finish(partition);
    if (await isFarBehind(options, partition)) {
      await copyPartition(
        { changelog, store, partition, ...(onProgress && { onProgress }) },
        signal,
      );
    }
    signal.throwIfAborted();
    if (publishers.has(partition)) return;
    publishers.set(partition, createPublisher({ changelog, log, store, partition, onNotice }));
  }

  function onRevoked(partitions: readonly Partition[]): void {
    for (const partition of partitions) {
      owned.delete(partition);
      const publisher = publishers.get(partition);
      publishers.delete(partition);
      void publishing.then(() => publisher?.close());
    }
  }

  function follow(partitions: readonly Partition[]): void {
    followed.follow(partitions.filter((partition) => !owned.has(partition)));
  }

  async function close(): Promise<void> {
    clearInterval(timer);
    await settlesWithin(publish(), CLOSE_WAIT_MS);
    await followed.abandon();
    await Promise.all([...publishers.values()].map((publisher) => publisher.close()));
  }

  const written: SessionStore = {
    ...store,
    async commit(commit) {
      await store.commit(commit);
      publishers.get(commit.partition)?.changed(commit.records.keys(), commit.position);
    },
  };
  const behind = () => {
    return [...publishers.values()].reduce((sum, publisher) => sum + publisher.behind(), 0);
  };
  return { store: written, prepare, onRevoked, follow, behind, publish, close };
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
