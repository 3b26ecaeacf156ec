import { openEmbeddedLog } from "../../core/log/embedded-log.ts";
import type { EventLog } from "../../core/log/event-log.ts";
import { openKafkaLog } from "../../core/log/kafka-log.ts";

/** The engine that a test runs on. `prefix` keeps the topics of tests on one broker apart. */
export type LogEngine =
  | { readonly folder: string }
  | { readonly brokers: readonly string[]; readonly prefix: string };

export function openTestLog(
  engine: LogEngine,
  topic: string,
  partitions: number,
): Promise<EventLog> {
  if ("folder" in engine) return openEmbeddedLog({ folder: engine.folder, topic, partitions });
  const { brokers, prefix } = engine;
  return openKafkaLog({ brokers, clientId: prefix, topic: `${prefix}.${topic}`, partitions });
}
