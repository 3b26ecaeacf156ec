import { type Kafka, type Message, Partitioners, type Producer } from "kafkajs";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import type { LogPosition, NewRecord } from "./event-log.ts";
import { partitionOf } from "./partition-of.ts";

export interface KafkaWriter {
  /** One call at a time, please: kafkajs gives a failed request's sequence numbers to the next one,
   *  and the broker then takes new records for a repetition and drops them. */
  write(records: readonly NewRecord[]): Promise<LogPosition[]>;
  close(): Promise<void>;
}

/** Writes to one topic through an idempotent producer, acknowledged by all replicas in sync. A
 *  write that failed for good takes its producer with it, for the same reason: the next write gets
 *  a new producer id and sequence numbers of its own. */
export function createKafkaWriter(
  client: Kafka,
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
): KafkaWriter {
  let producer: Producer | undefined;

  async function write(records: readonly NewRecord[]): Promise<LogPosition[]> {
    const placed = records.map((record) => messageOf(record, partitionOf(record.key, partitions)));
    try {
      producer ??= await connect(client);
      const sent = await producer.send({ topic, acks: -1, messages: placed });
      const firstOffsets = new Map(sent.map((part) => [part.partition, Number(part.baseOffset)]));
      return positionsOf(placed, firstOffsets);
    } catch (cause) {
      const broken = producer;
      producer = undefined;
      await broken?.disconnect();
      throw new Failure("log_unavailable", `records cannot be written to ${topic}`, { cause });
    }
  }

  async function close(): Promise<void> {
    await producer?.disconnect();
    producer = undefined;
  }

  return { write, close };
}

async function connect(client: Kafka): Promise<Producer> {
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  return producer;
}

interface PlacedMessage extends Message {
  readonly partition: Partition;
}

function messageOf(record: NewRecord, partition: Partition): PlacedMessage {
  return {
    key: record.key,
    value: record.value === null ? null : Buffer.from(record.value),
    partition,
    ...(record.headers === undefined ? {} : { headers: record.headers }),
    ...(record.timestampMs === undefined ? {} : { timestamp: String(record.timestampMs) }),
  };
}

/** Records of one partition are one batch, in order, so each has the offset after the one
 *  before. */
function positionsOf(
  placed: readonly PlacedMessage[],
  nextOffsets: Map<number, number>,
): LogPosition[] {
  return placed.map(({ partition }) => {
    const offset = nextOffsets.get(partition);
    if (offset === undefined || Number.isNaN(offset)) {
      throw new Failure("log_unavailable", `the broker gave no offset for partition ${partition}`);
    }
    nextOffsets.set(partition, offset + 1);
    return { partition, offset: offset as Offset };
  });
}
