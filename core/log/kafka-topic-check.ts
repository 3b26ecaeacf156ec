import kafkajs, { type Admin } from "kafkajs";
import { Failure } from "../domain/failure.ts";
import type { TopicOptions } from "./kafka-topic.ts";
import type { LogNoticeListener } from "./log-notice.ts";

/** Copies of each partition with which one broker may be away and another one be restarted. */
const COPIES_WANTED = 3;

/** Holds what a topic was made with against what it is for. Throws `bad_configuration` where Kafka
 *  would throw away what is needed; what is only unwise is a notice. */
export async function checkTopic(
  admin: Admin,
  { topic, compacted = false }: TopicOptions,
  onNotice: LogNoticeListener,
): Promise<void> {
  const policy = await cleanupPolicy(admin, topic).catch((cause: unknown) => {
    onNotice({ level: "warning", message: `the topic ${topic} cannot be checked`, cause });
    return undefined;
  });
  if (policy !== undefined && !compacted && policy.includes("compact")) {
    const message = `the topic ${topic} is compacted: all events but a key's last would go`;
    throw new Failure("bad_configuration", `${message}; make it with cleanup.policy=delete`, {
      field: "cleanup.policy",
    });
  }
  if (policy !== undefined && compacted && policy.includes("delete")) {
    const message = `the topic ${topic} loses what is old; it should have cleanup.policy=compact`;
    onNotice({ level: "warning", message });
  }
  const { copies, brokers } = await copiesOf(admin, topic);
  if (copies < Math.min(COPIES_WANTED, brokers)) {
    const message = `the topic ${topic} has ${copies} copies of a partition on ${brokers} brokers`;
    onNotice({ level: "warning", message: `${message}, not ${COPIES_WANTED}` });
  }
}

async function cleanupPolicy(admin: Admin, topic: string): Promise<readonly string[]> {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const asked = { type, name: topic, configNames: ["cleanup.policy"] };
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [asked] });
  const [entry] = resources[0]?.configEntries ?? [];
  return entry?.configValue.split(",") ?? [];
}

async function copiesOf(admin: Admin, topic: string): Promise<{ copies: number; brokers: number }> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const copies = (topics[0]?.partitions ?? []).map(({ replicas }) => replicas.length);
  const { brokers } = await admin.describeCluster();
  return { copies: Math.min(...copies), brokers: brokers.length };
}
