import type { Admin } from "kafkajs";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { createAppendQueue } from "./append-queue.ts";
import type { EventLog, LogRecord, Watermarks } from "./event-log.ts";
import {
  createKafkaClient,
  type KafkaAddress,
  REQUEST_RETRIES_MAX,
  SUBSCRIPTION_RETRIES_MAX,
} from "./kafka-client.ts";
import { createKafkaFetcher, type KafkaFetcher } from "./kafka-fetcher.ts";
import { recordOf } from "./kafka-record.ts";
import { KafkaSubscription } from "./kafka-subscription.ts";
import { ensureTopic, type TopicOptions } from "./kafka-topic.ts";
import { checkTopic } from "./kafka-topic-check.ts";
import { kafkaFailure, requireTrust } from "./kafka-trust.ts";
import { createKafkaWriter } from "./kafka-writer.ts";
import { type LogNoticeListener, writeNotice } from "./log-notice.ts";
import { isWithin } from "./start-offset.ts";

export interface KafkaLogOptions extends KafkaAddress, TopicOptions {
  readonly onNotice?: LogNoticeListener;
  /** Tries before an append or a question fails with `log_unavailable`; by custom half a minute. */
  readonly requestRetriesMax?: number;
  /** A member of a group that is silent for this long loses its partitions; 10 s by custom. The
   *  brokers bound it, from 6 s to 30 min where nobody told them otherwise. */
  readonly sessionTimeoutMs?: number | undefined;
}

/** Opens a topic of Kafka, and makes it where there is none. Throws `log_unavailable` where no
 *  broker answers, `bad_configuration` where the topic has another number of partitions or cannot
 *  keep its records, where a broker is not to be trusted, and where it does not let this one in. */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { topic, partitions, onNotice = writeNotice } = options;
  const retriesMax = options.requestRetriesMax ?? REQUEST_RETRIES_MAX;
  const client = createKafkaClient(options, { retriesMax, onNotice });
  const admin = await connectedAdmin(client.admin(), options);
  const writer = createKafkaWriter(client, { topic, partitions });
  const queue = createAppendQueue(writer.write);
  const subscriptions = new Set<KafkaSubscription>();
  let fetcher: Promise<KafkaFetcher> | undefined;

  async function watermarks(partition: Partition): Promise<Watermarks> {
    try {
      const all = await admin.fetchTopicOffsets(topic);
      const found = all.find((entry) => entry.partition === partition);
      if (found === undefined) throw new Failure("bug", `${topic} has no partition ${partition}`);
      return { first: Number(found.low) as Offset, next: Number(found.high) as Offset };
    } catch (cause) {
      throw new Failure("log_unavailable", `the offsets of ${topic} are not known`, { cause });
    }
  }

  async function read(partition: Partition, from: Offset, recordsMax: number) {
    const { first, next } = await watermarks(partition);
    refuseOutside(partition, from, { first, next });
    fetcher ??= createKafkaFetcher(client, topic);
    const connected = await fetcher;
    let records: LogRecord[] = [];
    for (let at: number = from; at < next && records.length === 0; ) {
      const { messages, through } = await connected.fetch(partition, at);
      records = messages.slice(0, recordsMax).map(recordOf);
      at = through;
    }
    return records;
  }

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await queue.close();
    await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    await Promise.all([writer.close(), admin.disconnect(), (await fetcher)?.close()]);
  }

  return {
    topic,
    partitions,
    append: queue.append,
    watermarks,
    read,
    async subscribe(group, reader) {
      const subscription = await KafkaSubscription.join({
        client: createKafkaClient(options, { retriesMax: SUBSCRIPTION_RETRIES_MAX, onNotice }),
        topic,
        partitions,
        group,
        sessionTimeoutMs: options.sessionTimeoutMs,
        reader,
        watermarks,
        onNotice,
        onClosed: () => subscriptions.delete(subscription),
      });
      subscriptions.add(subscription);
      return subscription;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function refuseOutside(partition: Partition, from: Offset, { first, next }: Watermarks): void {
  if (isWithin(from, { first, next })) return;
  const message = `offset ${from} of partition ${partition} is outside of ${first} to ${next}`;
  throw new Failure("log_data_lost", message);
}

async function connectedAdmin(admin: Admin, options: KafkaLogOptions): Promise<Admin> {
  try {
    await requireTrust(options);
    await admin.connect();
    await ensureTopic(admin, options);
    await checkTopic(admin, options, options.onNotice ?? writeNotice);
    return admin;
  } catch (cause) {
    await admin.disconnect();
    throw cause instanceof Failure ? cause : kafkaFailure(cause, options);
  }
}
