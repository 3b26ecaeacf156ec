import type { Failure } from "../core/domain/failure.ts";
import type { Partition } from "../core/domain/ids.ts";
import type { LogRecord, NewRecord } from "../core/log/event-log.ts";
import { VALUE_BYTES_MAX } from "./decode-message.ts";

/** The record of the dead-letter topic that tells what could not be taken, where it stood and
 *  why. Its key names the place, so a letter that is written again after a crash can be told
 *  from a new one. Of a value that is longer than any event the beginning is kept, and
 *  `value-bytes` says how long it was. */
export function deadLetter(
  place: { readonly topic: string; readonly partition: Partition },
  record: LogRecord,
  failure: Failure,
): NewRecord {
  const { topic, partition } = place;
  const value = record.value ?? new Uint8Array();
  const contentType = record.headers["content-type"];
  return {
    key: `${topic}/${partition}/${record.offset}`,
    value: value.subarray(0, VALUE_BYTES_MAX),
    headers: {
      topic,
      partition: String(partition),
      offset: String(record.offset),
      reason: failure.message.slice(0, 1024),
      field: (failure.field ?? "").slice(0, 256),
      "value-bytes": String(value.length),
      ...(contentType === undefined ? {} : { "content-type": contentType.slice(0, 256) }),
    },
  };
}
