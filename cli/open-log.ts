import { Failure } from "../core/domain/failure.ts";
import { openEmbeddedLog } from "../core/log/embedded-log.ts";
import {
  CATALOGUE_TOPIC,
  DEAD_LETTER_TOPIC,
  type EventLog,
  LISTENING_TOPIC,
  RECOMMENDATION_TOPIC,
} from "../core/log/event-log.ts";
import { openKafkaLog } from "../core/log/kafka-log.ts";
import { type LogNoticeListener, writeNotice } from "../core/log/log-notice.ts";
import type { OptionSpec, Options } from "./command.ts";
import { homeAt } from "./home.ts";
import { KAFKA_OPTIONS, type KafkaSecurity, kafkaSecurity } from "./kafka-options.ts";

/** Which engine keeps the log: a folder on this machine, or Kafka. */
export type LogChoice =
  | { readonly folder: string }
  | {
      readonly brokers: readonly string[];
      readonly topicPrefix: string;
      readonly security?: KafkaSecurity;
      /** Of the listening topic. */
      readonly partitions?: number;
      /** Copies of each partition that topics are made with. */
      readonly replicas?: number | undefined;
      /** A group's member that is silent for so long loses its partitions. */
      readonly sessionTimeoutMs?: number | undefined;
    };

/** Partitions that a topic is made with where it does not exist yet. */
const PARTITIONS: Readonly<Record<string, number>> = {
  [LISTENING_TOPIC]: 4,
  [CATALOGUE_TOPIC]: 1,
  [DEAD_LETTER_TOPIC]: 1,
  [RECOMMENDATION_TOPIC]: 4,
};

export const LOG_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  brokers: {
    type: "text",
    help: "Kafka brokers, HOST:PORT,…; without it the embedded log is used",
  },
  "topic-prefix": {
    type: "text",
    help: "set before every topic's name, where several installations share one Kafka",
    default: "",
  },
  partitions: {
    type: "number",
    help: "partitions of the listening topic on Kafka",
    default: PARTITIONS[LISTENING_TOPIC]!,
  },
  replicas: {
    type: "number",
    help: "copies of each partition of a topic that is made; the brokers' default without it",
  },
  ...KAFKA_OPTIONS,
  "session-timeout-ms": {
    type: "number",
    help: "after so long a silence of one host another takes over what it read of Kafka",
    default: 10_000,
  },
};

/** Reads `--brokers`, or falls back to the embedded log of `--home`. Throws `bad_configuration`. */
export function logChoice(options: Options): LogChoice {
  const brokers = options.textIfGiven("brokers");
  if (brokers === undefined) return { folder: homeAt(options.text("home")).log };
  return {
    brokers: brokerList(brokers),
    topicPrefix: options.text("topic-prefix"),
    security: kafkaSecurity(options),
    partitions: options.number("partitions"),
    replicas: options.numberIfGiven("replicas"),
    sessionTimeoutMs: options.number("session-timeout-ms"),
  };
}

/** Splits "HOST:PORT,HOST:PORT". */
export function brokerList(text: string): string[] {
  const brokers = text.split(",").map((broker) => broker.trim());
  if (brokers.every((broker) => /^[^:\s]+:\d+$/.test(broker))) return brokers;
  throw new Failure("bad_configuration", `"${text}" is no list of HOST:PORT`, {
    field: "--brokers",
  });
}

/** Opens one topic on the chosen engine, making it where it does not exist. Its notices go to
 *  stderr where no listener is given. */
export async function openLog(
  choice: LogChoice,
  topic: string,
  onNotice: LogNoticeListener = writeNotice,
): Promise<EventLog> {
  const partitions = partitionsOf(topic);
  if ("folder" in choice) {
    return openEmbeddedLog({ folder: choice.folder, topic, partitions, onNotice });
  }
  return openKafkaLog({
    brokers: choice.brokers,
    clientId: "segue",
    ...choice.security,
    topic: `${choice.topicPrefix}${topic}`,
    partitions: topic === LISTENING_TOPIC ? (choice.partitions ?? partitions) : partitions,
    ...(choice.replicas === undefined ? {} : { replicas: choice.replicas }),
    compacted: topic === CATALOGUE_TOPIC,
    onNotice,
    sessionTimeoutMs: choice.sessionTimeoutMs,
  });
}

/** Partitions that a topic is made with where nothing else is said. */
export function partitionsOf(topic: string): number {
  const partitions = PARTITIONS[topic];
  if (partitions === undefined) throw new Failure("bug", `no partitions are stated for ${topic}`);
  return partitions;
}
