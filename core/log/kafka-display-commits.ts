import type { Consumer } from "kafkajs";
import type { Partition } from "../domain/ids.ts";
import type { OwnedPartition } from "./kafka-partition.ts";
import type { LogNoticeListener } from "./log-notice.ts";

const COMMIT_INTERVAL_MS = 1_000;

export interface DisplayCommits {
  /** Commits what moved since the last time, and stops. */
  finish(): Promise<void>;
}

export interface DisplayCommitsOptions {
  readonly consumer: Consumer;
  readonly topic: string;
  readonly group: string;
  readonly owned: ReadonlyMap<Partition, OwnedPartition>;
  readonly onNotice: LogNoticeListener;
}

/** Commits each partition's offset now and then, so that Kafka's tools show how far a group is.
 *  Reading never resumes from these offsets, so a failure to commit is left to the next time. */
export function startDisplayCommits(options: DisplayCommitsOptions): DisplayCommits {
  let committing: Promise<void> | undefined;
  const commitAlone = () => {
    committing ??= commit(options).finally(() => {
      committing = undefined;
    });
    return committing;
  };
  const timer = setInterval(commitAlone, COMMIT_INTERVAL_MS);
  return {
    async finish() {
      clearInterval(timer);
      await committing;
      await commitAlone();
    },
  };
}

async function commit(options: DisplayCommitsOptions): Promise<void> {
  const { consumer, topic, group, owned: all, onNotice } = options;
  const moved = [...all.values()].flatMap((owned) => {
    const { expected, committed } = owned;
    return expected === undefined || expected === committed ? [] : [{ owned, expected }];
  });
  if (moved.length === 0) return;
  const offsets = moved.map(({ owned, expected }) => {
    return { topic, partition: owned.partition, offset: String(expected) };
  });
  try {
    await consumer.commitOffsets(offsets);
    for (const { owned, expected } of moved) owned.committed = expected;
  } catch (cause) {
    const message = `group ${group} cannot commit its offsets for display`;
    onNotice({ level: "warning", message, cause });
  }
}
