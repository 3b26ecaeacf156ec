import { join } from "node:path";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { createAppendQueue } from "./append-queue.ts";
import { EMBEDDED_PARTITIONS_MAX } from "./embedded-layout.ts";
import { encodeRecord } from "./embedded-record.ts";
import { EmbeddedStore } from "./embedded-store.ts";
import { EmbeddedSubscription } from "./embedded-subscription.ts";
import type { EventLog } from "./event-log.ts";
import { BATCH_BYTES_MAX } from "./log-limits.ts";
import { type LogNoticeListener, writeNotice } from "./log-notice.ts";
import { partitionOf } from "./partition-of.ts";
import { isWithin } from "./start-offset.ts";

export interface EmbeddedLogOptions {
  /** The home of all logs of this machine; each topic has a folder of its own in it. */
  readonly folder: string;
  readonly topic: string;
  /** Fixed when the topic is made: a key's partition depends on it. */
  readonly partitions: number;
  readonly onNotice?: LogNoticeListener;
  /** Milliseconds since 1970-01-01 UTC, for records that bring no timestamp. */
  readonly nowMs?: () => number;
}

export interface EmbeddedLog extends EventLog {
  /** Retention: forgets the records of `partition` before `offset`. */
  truncateBefore(partition: Partition, offset: Offset): Promise<void>;
}

/** Opens the log of one machine, and makes it where there is none. Any number of processes may have
 *  it open and append at once. Throws `bad_configuration` where the topic has another number of
 *  partitions, `log_unavailable` where the folder cannot be used. */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const { topic, partitions, onNotice = writeNotice, nowMs = Date.now } = options;
  checkOptions(options);
  const store = await EmbeddedStore.open(join(options.folder, topic));
  await checkPartitions(store, options);
  const subscriptions = new Set<EmbeddedSubscription>();
  const queue = createAppendQueue(async (records) => {
    const placed = records.map((record) => ({
      partition: partitionOf(record.key, partitions),
      bytes: encodeRecord(record, nowMs()),
    }));
    const positions = await store.append(placed);
    for (const subscription of subscriptions) subscription.wake();
    return positions;
  });

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await queue.close();
    await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    await store.close();
  }

  return {
    topic,
    partitions,
    append: queue.append,
    async watermarks(partition) {
      return store.watermarks()[partition]!;
    },
    async read(partition, from, recordsMax) {
      const watermarks = store.watermarks()[partition]!;
      if (!isWithin(from, watermarks)) {
        const { first, next } = watermarks;
        const message = `partition ${partition} holds ${first} to ${next}, not offset ${from}`;
        throw new Failure("log_data_lost", message);
      }
      return store.read(partition, from, { recordsMax, bytesMax: BATCH_BYTES_MAX });
    },
    async subscribe(group, reader) {
      const subscription = new EmbeddedSubscription({
        store,
        partitions,
        group,
        reader,
        onNotice,
        onClosed: () => subscriptions.delete(subscription),
      });
      subscriptions.add(subscription);
      subscription.wake();
      return subscription;
    },
    async truncateBefore(partition, offset) {
      await store.truncateBefore(partition, offset);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function checkOptions({ topic, partitions }: EmbeddedLogOptions): void {
  if (!/^[\w.-]{1,200}$/.test(topic) || /^\.+$/.test(topic)) {
    const message = `the topic "${topic}" must have letters, digits, dots, dashes or underscores`;
    throw new Failure("bad_configuration", message, { field: "topic" });
  }
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > EMBEDDED_PARTITIONS_MAX) {
    const message = `partitions is ${partitions}; it must be 1 to ${EMBEDDED_PARTITIONS_MAX}`;
    throw new Failure("bad_configuration", message, { field: "partitions" });
  }
}

async function checkPartitions(store: EmbeddedStore, options: EmbeddedLogOptions): Promise<void> {
  const found = await store.ensureHead(options.partitions);
  if (found === options.partitions) return;
  await store.close();
  const message =
    `the log ${options.topic} in ${options.folder} has ${found} partitions, not ` +
    `${options.partitions}; a key's partition depends on it, so it cannot change`;
  throw new Failure("bad_configuration", message, { field: "partitions" });
}
