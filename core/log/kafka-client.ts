import { Kafka, type KafkaConfig, type LogEntry, logLevel } from "kafkajs";
import { registerCodecs } from "./kafka-codecs.ts";
import { keepHeartbeats } from "./kafka-heartbeats.ts";
import { quietRequestQueues } from "./kafka-request-queue.ts";
import type { LogNotice, LogNoticeListener } from "./log-notice.ts";

export interface KafkaAddress {
  /** HOST:PORT each; one that answers is enough. */
  readonly brokers: readonly string[];
  /** By which the brokers' logs and quotas know this process. */
  readonly clientId: string;
  readonly ssl?: KafkaConfig["ssl"];
  readonly sasl?: KafkaConfig["sasl"];
}

/** Appends and questions give up after this many tries, about half a minute. */
export const REQUEST_RETRIES_MAX = 30;
/** A subscription never gives up by itself; its `silentForMs` tells a watchdog. */
export const SUBSCRIPTION_RETRIES_MAX = 1_000_000;

/** The settings that lost nothing when brokers were killed: requests that hang are cut off, and
 *  every client comes back by itself. */
export function createKafkaClient(
  address: KafkaAddress,
  { retriesMax, onNotice }: { readonly retriesMax: number; readonly onNotice: LogNoticeListener },
): Kafka {
  registerCodecs();
  quietRequestQueues();
  keepHeartbeats();
  return new Kafka({
    brokers: [...address.brokers],
    clientId: address.clientId,
    ...(address.ssl === undefined ? {} : { ssl: address.ssl }),
    ...(address.sasl === undefined ? {} : { sasl: address.sasl }),
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    enforceRequestTimeout: true,
    retry: {
      retries: retriesMax,
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      restartOnFailure: async () => true,
    },
    logLevel: logLevel.ERROR,
    logCreator: () => noticeOnce(onNotice, () => performance.now()),
  });
}

/** What kafkajs logs as errors although a group does it every day. */
const ROUTINE = [
  /rebalanc/i,
  /not aware of this member/,
  /The coordinator is loading/,
  /is not the correct coordinator/,
  /coordinator is not available/,
  /generation id/,
  /Error when calling eachBatch/,
  /Restarting the consumer in/,
  /This server does not host this topic-partition/,
  /leadership election/,
];
/** While a broker is away every retry logs; one of each kind in this time is enough. */
const SAME_NOTICE_AFTER_MS = 10_000;

/** Passes on what kafkajs logs: never what is routine, and a message that repeats (numbers apart)
 *  only now and then. */
export function noticeOnce(
  onNotice: LogNoticeListener,
  nowMs: () => number,
): (entry: LogEntry) => void {
  const lastMs = new Map<string, number>();
  return ({ log }) => {
    const reason = [log.message, log.error, log.reason].filter((text) => text !== undefined);
    const message = `kafka: ${reason.join(": ")}`;
    if (ROUTINE.some((pattern) => pattern.test(message))) return;
    const kind = message.replace(/\d+/g, "#");
    if (nowMs() - (lastMs.get(kind) ?? Number.NEGATIVE_INFINITY) < SAME_NOTICE_AFTER_MS) return;
    if (lastMs.size > 100) lastMs.clear();
    lastMs.set(kind, nowMs());
    onNotice({ level: "warning", message } satisfies LogNotice);
  };
}
