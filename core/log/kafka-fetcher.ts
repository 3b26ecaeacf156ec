import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, type Kafka, type KafkaMessage, PartitionAssigners } from "kafkajs";
import { Failure } from "../domain/failure.ts";
import type { Partition } from "../domain/ids.ts";
import { REQUEST_RETRIES_MAX } from "./kafka-client.ts";
import { BATCH_BYTES_MAX, retryWaitMs } from "./log-limits.ts";

export interface KafkaFetcher {
  /** The messages at `from` or soon after it, up to about `BATCH_BYTES_MAX`, control records left
   *  out; and the offset after the last of them. Empty where the partition ends. */
  fetch(partition: Partition, from: number): Promise<FetchedMessages>;
  close(): Promise<void>;
}

export interface FetchedMessages {
  readonly messages: readonly KafkaMessage[];
  readonly through: number;
}

const FETCH_WAIT_MS = 50;

/** Reads partitions without joining a group, which kafkajs has no call for: a consumer that never
 *  runs gives its connections away to its assigner. Records of aborted transactions are not told
 *  apart here; a subscription does. */
export async function createKafkaFetcher(client: Kafka, topic: string): Promise<KafkaFetcher> {
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
        return await fetchOnce(connections, { topic, partition, from });
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
}

async function fetchOnce(
  connections: Cluster,
  { topic, partition, from }: FetchPlace,
): Promise<FetchedMessages> {
  const nodeId = Object.keys(connections.findLeaderForPartitions(topic, [partition]))[0];
  if (nodeId === undefined) throw new Failure("log_unavailable", "the partition has no leader");
  const broker = await connections.findBroker({ nodeId });
  const wanted = { partition, fetchOffset: String(from), maxBytes: BATCH_BYTES_MAX };
  const { responses } = (await broker.fetch({
    maxWaitTime: FETCH_WAIT_MS,
    minBytes: 1,
    maxBytes: BATCH_BYTES_MAX,
    topics: [{ topic, partitions: [wanted] }],
  })) as FetchResponse;
  // A compressed batch comes whole, from before the offset that was asked for.
  const all = responses[0]?.partitions[0]?.messages ?? [];
  const wantedOn = all.filter(({ offset }) => Number(offset) >= from);
  const last = wantedOn.at(-1);
  return {
    messages: wantedOn.filter(({ isControlRecord }) => !isControlRecord),
    through: last === undefined ? from : Number(last.offset) + 1,
  };
}

/** The part of a fetch response that is read here; kafkajs leaves its type open. */
interface FetchResponse {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly messages: readonly (KafkaMessage & { readonly isControlRecord?: boolean })[];
    }[];
  }[];
}
