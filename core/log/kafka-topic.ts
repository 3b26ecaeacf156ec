import { setTimeout as sleep } from "node:timers/promises";
import type { Admin } from "kafkajs";
import { Failure } from "../domain/failure.ts";

export interface TopicOptions {
  readonly topic: string;
  readonly partitions: number;
  /** Keeps the last record of each key, not the records of the last days. */
  readonly compacted?: boolean;
  /** Where it is compacted: how long a record may stay that a later one of its key replaces.
   *  Kafka's own choice, which may be for ever, where it is not given. */
  readonly replacedWithinMs?: number;
  /** Copies of each partition; the brokers' default where it is not given. */
  readonly replicas?: number;
}

/** How long a new topic may take to have a leader for each partition, and the wait between
 *  looks. */
const LEADERS_WAIT_MS = 30_000;
const LEADERS_POLL_MS = 50;

/** Makes the topic where it does not exist and waits until each partition has a leader. (kafkajs's
 *  own wait for leaders fails on new brokers.) Throws `bad_configuration` where the topic has
 *  another number of partitions: a key's partition depends on it. */
export async function ensureTopic(admin: Admin, options: TopicOptions): Promise<void> {
  const { topic, partitions, replicas = -1 } = options;
  const configEntries = settingsOf(options);
  const wanted = { topic, numPartitions: partitions, replicationFactor: replicas, configEntries };
  if (!(await exists(admin, topic))) {
    await admin.createTopics({ waitForLeaders: false, topics: [wanted] });
  }
  const deadlineMs = performance.now() + LEADERS_WAIT_MS;
  for (;;) {
    const found = await partitionsWithLeader(admin, topic);
    if (found?.led === found?.all && found !== undefined) {
      if (found.all === partitions) return;
      const message = `the topic ${topic} has ${found.all} partitions, not ${partitions}`;
      throw new Failure("bad_configuration", message, { field: "partitions" });
    }
    if (performance.now() > deadlineMs) {
      throw new Failure("log_unavailable", `the topic ${topic} has no leaders`);
    }
    await sleep(LEADERS_POLL_MS);
  }
}

function settingsOf({ compacted = false, replacedWithinMs }: TopicOptions) {
  const settings: { name: string; value: string }[] = [];
  if (compacted) settings.push({ name: "cleanup.policy", value: "compact" });
  if (replacedWithinMs !== undefined) {
    settings.push({ name: "max.compaction.lag.ms", value: String(replacedWithinMs) });
  }
  return settings;
}

async function exists(admin: Admin, topic: string): Promise<boolean> {
  return (await admin.listTopics()).includes(topic);
}

/** Undefined while the topic is not known to the broker that was asked. */
async function partitionsWithLeader(
  admin: Admin,
  topic: string,
): Promise<{ readonly all: number; readonly led: number } | undefined> {
  if (!(await exists(admin, topic))) return undefined;
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  return { all: partitions.length, led: partitions.filter(({ leader }) => leader >= 0).length };
}
