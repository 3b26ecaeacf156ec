import { setTimeout as sleep } from "node:timers/promises";
import type { Partition } from "../../core/domain/ids.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { type CopyOptions, copyPartition } from "./copy-partition.ts";

/** A copy of a partition that another host owns, kept up with its changelog. */
interface FollowedPartition {
  /** Reads the changelog to its end and stops: nothing of the partition is written after that. */
  finish(): Promise<void>;
  /** Stops as soon as it can. */
  abandon(): Promise<void>;
}

/** Between two looks at a changelog that had nothing more. */
const LOOK_WAIT_MS = 200;
/** Until the owner has come to where this host once was, and after a failure. */
const RETRY_WAIT_MS = 1_000;

/** The partitions that a host follows. */
export interface FollowedPartitions {
  /** Follows these and no others. */
  follow(partitions: readonly Partition[]): void;
  /** Reads a partition that is followed to the changelog's end, and follows it no more. */
  finish(partition: Partition): Promise<void>;
  /** Those that are followed now. */
  all(): Iterable<Partition>;
  /** Follows none any more. */
  abandon(): Promise<void>;
}

export function followPartitions(
  options: Omit<CopyOptions, "partition">,
  onNotice: LogNoticeListener,
): FollowedPartitions {
  const followed = new Map<Partition, FollowedPartition>();

  function taken(partition: Partition): FollowedPartition | undefined {
    const following = followed.get(partition);
    followed.delete(partition);
    return following;
  }

  return {
    follow(partitions) {
      for (const partition of followed.keys()) {
        if (!partitions.includes(partition)) void taken(partition)?.abandon();
      }
      for (const partition of partitions) {
        if (followed.has(partition)) continue;
        followed.set(partition, followPartition({ ...options, partition }, onNotice));
      }
    },
    all: () => followed.keys(),
    async finish(partition) {
      await taken(partition)?.finish();
    },
    async abandon() {
      await Promise.all([...followed.keys()].map((partition) => taken(partition)?.abandon()));
    },
  };
}

function followPartition(options: CopyOptions, onNotice: LogNoticeListener): FollowedPartition {
  const finishing = new AbortController();
  const abandoned = new AbortController();
  const done = follow();

  async function follow(): Promise<void> {
    while (!finishing.signal.aborted) {
      try {
        const copy = await copyPartition(options, abandoned.signal);
        if (copy === undefined) {
          await wait(RETRY_WAIT_MS);
          continue;
        }
        for (;;) {
          const isLast = finishing.signal.aborted;
          const isEnd = await copy.readOn();
          if (abandoned.signal.aborted || (isEnd && isLast)) return;
          if (isEnd) await wait(LOOK_WAIT_MS);
        }
      } catch (cause) {
        if (abandoned.signal.aborted) return;
        const message = `partition ${options.partition} cannot be followed; it is tried again`;
        onNotice({ level: "warning", message, cause });
        await wait(RETRY_WAIT_MS);
      }
    }
  }

  async function wait(waitMs: number): Promise<void> {
    if (finishing.signal.aborted) return;
    const woken = { signal: finishing.signal };
    await sleep(waitMs, undefined, woken).catch(() => undefined);
  }

  return {
    finish() {
      finishing.abort();
      return done;
    },
    abandon() {
      finishing.abort();
      abandoned.abort();
      return done;
    },
  };
}
