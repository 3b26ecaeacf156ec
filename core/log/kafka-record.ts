import type { IHeaders, KafkaMessage } from "kafkajs";
import type { Offset } from "../domain/ids.ts";
import type { LogRecord } from "./event-log.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "./log-limits.ts";

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

/** Splits what one fetch brought into batches within the limits; compressed, it may be many times
 *  what was asked for. */
export function boundedBatches(records: readonly LogRecord[]): LogRecord[][] {
  const batches: LogRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.byteLength ?? 0;
    const batch = batches.at(-1);
    if (
      batch === undefined ||
      batch.length === BATCH_RECORDS_MAX ||
      bytes + size > BATCH_BYTES_MAX
    ) {
      batches.push([record]);
      bytes = size;
    } else {
      batch.push(record);
      bytes += size;
    }
  }
  return batches;
}

function headersOf(headers: IHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) texts[name] = last.toString();
  }
  return texts;
}
