import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, type Kafka, type KafkaMessage, PartitionAssigners } from "kafkajs";
import Batch from "kafkajs/src/consumer/batch.js";
import { Failure } from "../domain/failure.ts";
import type { Partition } from "../domain/ids.ts";
import { REQUEST_RETRIES_MAX } from "./kafka-client.ts";
import { BATCH_BYTES_MAX, retryWaitMs } from "./log-limits.ts";

export interface KafkaFetcher {
  /** The messages at `from` or soon after it, up to about `BATCH_BYTES_MAX`, without control
   *  records and those of aborted transactions; and the offset after the last of them. Empty where
   *  the partition ends, or an open transaction begins. */
  fetch(partition: Partition, from: number): Promise<FetchedMessages>;
  close(): Promise<void>;
}

export interface FetchedMessages {
  readonly messages: readonly KafkaMessage[];
  readonly through: number;
  /** Where what may be read ends: the partition's end, or an open transaction's beginning. */
  readonly stable: number;
}

/** How long a broker waits for a record where there is none. */
const FETCH_WAIT_MS = 50;

/** Reads partitions without joining a group, which kafkajs has no call for: a consumer that never
 *  runs gives its connections away to its assigner. */
export async function createKafkaFetcher(
  client: Kafka,
  topic: string,
  waitMs = FETCH_WAIT_MS,
): Promise<KafkaFetcher> {
  let cluster: Cluster | undefined;
  const consumer = client.consumer({
    groupId: `${topic}-fetcher`,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (config) => {
        cluster = config.cluster;
        return PartitionAssigners.roundRobin(config);
      },
    ],
  });
  await consumer.connect();
  if (cluster === undefined) throw new Failure("bug", "kafkajs gave its assigner no connections");
  const connections = cluster;
  await connections.addMultipleTargetTopics([topic]);

  async function fetch(partition: Partition, from: number): Promise<FetchedMessages> {
    for (let tries = 1; ; tries++) {
      try {
        return await fetchOnce(connections, { topic, partition, from, waitMs });
      } catch (cause) {
        if (tries > REQUEST_RETRIES_MAX) {
          const message = `partition ${partition} of ${topic} cannot be read`;
          throw new Failure("log_unavailable", message, { cause });
        }
        await sleep(Math.min(retryWaitMs(tries), 1_000));
        await connections.refreshMetadata();
      }
    }
  }

  return { fetch, close: () => consumer.disconnect() };
}

interface FetchPlace {
  readonly topic: string;
  readonly partition: Partition;
  readonly from: number;
  readonly waitMs: number;
}

async function fetchOnce(
  connections: Cluster,
  { topic, partition, from, waitMs }: FetchPlace,
): Promise<FetchedMessages> {
  const nodeId = Object.keys(connections.findLeaderForPartitions(topic, [partition]))[0];
  if (nodeId === undefined) throw new Failure("log_unavailable", "the partition has no leader");
  const broker = await connections.findBroker({ nodeId });
  const wanted = { partition, fetchOffset: String(from), maxBytes: BATCH_BYTES_MAX };
  const { responses } = (await broker.fetch({
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes: BATCH_BYTES_MAX,
    topics: [{ topic, partitions: [wanted] }],
  })) as FetchResponse;
  const answer = responses[0]?.partitions[0];
  if (answer === undefined) throw new Failure("log_unavailable", "the broker's answer is empty");
  const batch = new Batch<KafkaMessage>(topic, String(from), answer);
  // A compressed batch comes whole, from before the offset that was asked for.
  const last = batch.messagesWithinOffset.at(-1);
  return {
    messages: batch.messages,
    through: last === undefined ? from : Number(last.offset) + 1,
    stable: Number(answer.lastStableOffset),
  };
}

/** The part of a fetch response that is read here; kafkajs leaves its type open. */
interface FetchResponse {
  readonly responses: readonly {
    readonly partitions: readonly (Batch.FetchedPartition<KafkaMessage> & {
      readonly lastStableOffset: string;
    })[];
  }[];
}
