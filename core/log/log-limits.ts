import { Failure } from "../domain/failure.ts";
import type { NewRecord } from "./event-log.ts";

/** The longest key, in bytes of UTF-8. Ids are shorter; this bounds what other producers send. */
export const KEY_BYTES_MAX = 1024;
/** The largest record: key, value and headers in bytes. A Kafka broker takes 1,048,588 by
 *  default. */
export const RECORD_BYTES_MAX = 900_000;
/** The most records, and bytes of them, that one write to an engine carries. */
export const WRITE_RECORDS_MAX = 2_000;
export const WRITE_BYTES_MAX = 900_000;
/** The most bytes that may wait to be written before an append is refused. */
export const QUEUED_BYTES_MAX = 64 * 1024 * 1024;
/** The most records, and bytes of them, in a batch that a reader is given. One record is always
 *  given, however large. Behind the log's end a large batch is cheap: a listener's events of one
 *  evening are then one read and one write of the store. At its end batches are as small as what
 *  came since the last one. */
export const BATCH_RECORDS_MAX = 8_000;
export const BATCH_BYTES_MAX = 1024 * 1024;
/** How long the first retry of a rejected batch waits, and the longest that any waits. */
export const RETRY_WAIT_FIRST_MS = 50;
export const RETRY_WAIT_MAX_MS = 5_000;
/** How long closing a subscription waits for the batch under way before it aborts its signal, and
 *  then for it to heed that. */
export const CLOSE_WAIT_MS = 8_000;
export const CLOSE_ABORTED_WAIT_MS = 2_000;

/** How long to wait before the retry that follows `failures` failures in a row. */
export function retryWaitMs(failures: number): number {
  return Math.min(RETRY_WAIT_FIRST_MS * 2 ** (failures - 1), RETRY_WAIT_MAX_MS);
}

/** The record's size in bytes as the limits count it. Throws `bad_event` with the field at fault
 *  where the record breaks a limit. */
export function checkedRecordBytes(record: NewRecord): number {
  const keyBytes = Buffer.byteLength(record.key, "utf8");
  if (keyBytes === 0 || keyBytes > KEY_BYTES_MAX) {
    const message = `a record's key has ${keyBytes} bytes; it must have 1 to ${KEY_BYTES_MAX}`;
    throw new Failure("bad_event", message, { field: "key" });
  }
  let bytes = keyBytes + (record.value?.byteLength ?? 0);
  for (const [name, value] of Object.entries(record.headers ?? {})) {
    bytes += Buffer.byteLength(name, "utf8") + Buffer.byteLength(value, "utf8");
  }
  if (bytes > RECORD_BYTES_MAX) {
    const message = `a record has ${bytes} bytes; it may have ${RECORD_BYTES_MAX}`;
    throw new Failure("bad_event", message, { field: "value" });
  }
  const timestampMs = record.timestampMs ?? 0;
  if (!Number.isSafeInteger(timestampMs) || timestampMs < 0) {
    const message = `a record's timestamp is ${timestampMs}; it must be a whole number from 0 on`;
    throw new Failure("bad_event", message, { field: "timestampMs" });
  }
  return bytes;
}
