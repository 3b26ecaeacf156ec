import { type Kafka, Partitioners, type Producer, type Transaction } from "kafkajs";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import type { NewRecord } from "./event-log.ts";
import type { FencedLog, FencedWriter, WrittenRecords } from "./fenced-log.ts";
import { createKafkaClient, REQUEST_RETRIES_MAX } from "./kafka-client.ts";
import { createKafkaFetcher } from "./kafka-fetcher.ts";
import { type KafkaLogOptions, openKafkaLog } from "./kafka-log.ts";
import { recordOf } from "./kafka-record.ts";
import { checkedRecordBytes, WRITE_BYTES_MAX, WRITE_RECORDS_MAX } from "./log-limits.ts";
import { writeNotice } from "./log-notice.ts";

/** A writer that dies within a transaction keeps readers waiting for this long, or until the
 *  partition has another one. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** A write gives up after this many tries: its caller begins anew with another writer. */
const WRITE_RETRIES_MAX = 5;
/** Answers without a record at one offset, below the end, before it is passed over: of a compacted
 *  batch that lost all its records only the frame is left, which kafkajs does not show. */
const EMPTY_ANSWERS_MAX = 3;

/** Opens a topic of Kafka whose partitions have one writer each, and makes it where there is none.
 *  The fence is Kafka's own: a writer is a transactional producer whose id is the topic's name and
 *  the partition. Throws as `openKafkaLog` does. */
export async function openKafkaFencedLog(options: KafkaLogOptions): Promise<FencedLog> {
  const { topic, partitions, onNotice = writeNotice } = options;
  const log = await openKafkaLog(options);
  const retriesMax = options.requestRetriesMax ?? REQUEST_RETRIES_MAX;
  const client = createKafkaClient(options, { retriesMax, onNotice });
  // Nobody waits at the end of a partition for another's next record.
  const fetcher = await createKafkaFetcher(client, topic, 0);

  async function read(partition: Partition, from: Offset): Promise<WrittenRecords> {
    for (let empty = 1; ; empty++) {
      const { messages, through, stable } = await fetcher.fetch(partition, from);
      const isEnd = through >= stable;
      if (through === from && !isEnd) {
        if (empty < EMPTY_ANSWERS_MAX) continue;
        return { records: [], through: (from + 1) as Offset, isEnd: false };
      }
      return { records: messages.map(recordOf), through: through as Offset, isEnd };
    }
  }

  async function ends(partition: Partition) {
    const { first, next } = await log.watermarks(partition);
    const { stable } = await fetcher.fetch(partition, Math.max(first, next - 1));
    return { first, next: Math.max(first, stable) as Offset };
  }

  return {
    partitions,
    read,
    ends,
    openWriter: (partition) => openWriter(client, { topic, partition }),
    async close() {
      await Promise.all([fetcher.close(), log.close()]);
    },
  };
}

interface Place {
  readonly topic: string;
  readonly partition: Partition;
}

async function openWriter(client: Kafka, place: Place): Promise<FencedWriter> {
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    transactionalId: `${place.topic}-${place.partition}`,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { retries: WRITE_RETRIES_MAX },
  });
  try {
    await producer.connect();
    // The first transaction's beginning is what shuts others out.
    return writerOf(producer, await producer.transaction(), place);
  } catch (cause) {
    await producer.disconnect();
    const message = `partition ${place.partition} of ${place.topic} has no writer`;
    throw new Failure("log_unavailable", message, { cause });
  }
}

function writerOf(producer: Producer, first: Transaction, place: Place): FencedWriter {
  const { topic } = place;
  let transaction = first;

  async function write(records: readonly NewRecord[]): Promise<void> {
    try {
      for (const group of groupsOf(records)) {
        const messages = group.map(({ key, value }) => ({
          key,
          value: value === null ? null : Buffer.from(value),
          partition: place.partition,
        }));
        await transaction.send({ topic, acks: -1, messages });
      }
      await transaction.commit();
      transaction = await producer.transaction();
    } catch (cause) {
      const code = isFenced(cause) ? "stale_owner" : "log_unavailable";
      const message = `partition ${place.partition} of ${topic} cannot be written`;
      throw new Failure(code, message, { cause });
    }
  }

  return { write, close: () => producer.disconnect() };
}

function groupsOf(records: readonly NewRecord[]): NewRecord[][] {
  const groups: NewRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = checkedRecordBytes(record);
    const group = groups.at(-1);
    if (!group || group.length === WRITE_RECORDS_MAX || bytes + size > WRITE_BYTES_MAX) {
      groups.push([record]);
      bytes = size;
    } else {
      group.push(record);
      bytes += size;
    }
  }
  return groups;
}

/** Whether Kafka refused a producer because a later one has its transactional id. */
function isFenced(cause: unknown): boolean {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const { type } = error as { type?: string };
    if (type === "INVALID_PRODUCER_EPOCH" || type === "PRODUCER_FENCED") return true;
  }
  return false;
}
