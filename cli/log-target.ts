import { credentials } from "@grpc/grpc-js";
import { listeningEventToWire } from "../core/domain/decode-listening-event.ts";
import { Failure } from "../core/domain/failure.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { EventGatewayClient, type PublishStreamResponse } from "../proto/gen/segue/v1/gateway.ts";
import { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import type { KafkaSecurity } from "./kafka-options.ts";
import { brokerList, type LogChoice, openLog } from "./open-log.ts";

/** Somewhere that listening events can be sent to. */
export interface LogTarget {
  /** Resolves when all events are durable. */
  send(events: readonly ListeningEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens `kafka://HOST:PORT[,HOST:PORT…]`, `grpc://HOST:PORT` or `embedded:FOLDER`.
 *  Throws `bad_configuration` for anything else. */
export async function openLogTarget(
  url: string,
  kafka: { readonly topicPrefix: string; readonly security?: KafkaSecurity } = { topicPrefix: "" },
): Promise<LogTarget> {
  if (url.startsWith("kafka://")) {
    return logTarget({ brokers: brokerList(url.slice("kafka://".length)), ...kafka });
  }
  if (url.startsWith("embedded:")) return logTarget({ folder: url.slice("embedded:".length) });
  if (url.startsWith("grpc://")) return gatewayTarget(url.slice("grpc://".length));
  throw new Failure("bad_configuration", `"${url}" is no kafka://, grpc:// or embedded: address`, {
    field: "--to",
  });
}

/** Appends events to an open log as a producer would: protobuf, keyed by listener. */
export async function appendEvents(log: EventLog, events: readonly ListeningEvent[]) {
  return log.append(
    events.map((event) => ({
      key: event.listener,
      value: WireListeningEvent.encode(listeningEventToWire(event)).finish(),
    })),
  );
}

async function logTarget(choice: LogChoice): Promise<LogTarget> {
  const log = await openLog(choice, LISTENING_TOPIC);
  return {
    async send(events) {
      await appendEvents(log, events);
    },
    close: () => log.close(),
  };
}

function gatewayTarget(address: string): LogTarget {
  const client = new EventGatewayClient(address, credentials.createInsecure());
  return {
    send: (events) =>
      new Promise<void>((resolve, reject) => {
        const stream = client.publishStream((error, _reply?: PublishStreamResponse) => {
          if (error) reject(new Failure("log_unavailable", error.message, { cause: error }));
          else resolve();
        });
        for (const event of events) stream.write({ event: listeningEventToWire(event) });
        stream.end();
      }),
    async close() {
      client.close();
    },
  };
}
