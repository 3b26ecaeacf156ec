import type { IHeaders, KafkaMessage } from "kafkajs";
import type { Offset } from "../domain/ids.ts";
import type { LogRecord } from "./event-log.ts";

/** A message of Kafka as a record. A message without a key gets an empty one, and of a header that
 *  is there twice the last counts. */
export function recordOf(message: KafkaMessage): LogRecord {
  return {
    offset: Number(message.offset) as Offset,
    key: message.key?.toString("utf8") ?? "",
    value: message.value,
    headers: message.headers === undefined ? {} : headersOf(message.headers),
    timestampMs: Number(message.timestamp),
  };
}

function headersOf(headers: IHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) texts[name] = last.toString();
  }
  return texts;
}
