import { crc32 } from "node:zlib";
import { Failure } from "../domain/failure.ts";
import type { Offset } from "../domain/ids.ts";
import type { LogRecord, NewRecord } from "./event-log.ts";

/** The bytes of a record in the embedded log, big-endian; the offset is in LMDB's key.
 *
 *  | at | bytes | what                                                       |
 *  |----|-------|------------------------------------------------------------|
 *  | 0  | 1     | format version, 1                                          |
 *  | 1  | 4     | CRC-32 of all that follows                                 |
 *  | 5  | 1     | flags: bit 0 says that the value is null                   |
 *  | 6  | 8     | timestamp, milliseconds since 1970-01-01 UTC, IEEE double  |
 *  | 14 | 2     | bytes of the key                                           |
 *  | 16 | 2     | number of headers                                          |
 *  | 18 |       | key, UTF-8                                                 |
 *  |    | 4 + 4 | per header: bytes of the name, bytes of the value,         |
 *  |    |       | then both in UTF-8                                         |
 *  |    |       | value, to the end                                          |
 */
export function encodeRecord(record: NewRecord, nowMs: number): Buffer {
  const key = Buffer.from(record.key, "utf8");
  const headers = Object.entries(record.headers ?? {}).map(
    ([name, value]) => [Buffer.from(name, "utf8"), Buffer.from(value, "utf8")] as const,
  );
  const headerBytes = headers.reduce(
    (sum, [name, value]) => sum + 8 + name.length + value.length,
    0,
  );
  const valueBytes = record.value?.byteLength ?? 0;
  const bytes = Buffer.allocUnsafe(KEY_AT + key.length + headerBytes + valueBytes);
  bytes.writeUInt8(FORMAT_VERSION, VERSION_AT);
  bytes.writeUInt8(record.value === null ? FLAG_NULL_VALUE : 0, FLAGS_AT);
  bytes.writeDoubleBE(record.timestampMs ?? nowMs, TIMESTAMP_AT);
  bytes.writeUInt16BE(key.length, KEY_BYTES_AT);
  bytes.writeUInt16BE(headers.length, HEADER_COUNT_AT);
  let at = KEY_AT + key.copy(bytes, KEY_AT);
  for (const [name, value] of headers) {
    bytes.writeUInt32BE(name.length, at);
    bytes.writeUInt32BE(value.length, at + 4);
    at += 8;
    at += name.copy(bytes, at);
    at += value.copy(bytes, at);
  }
  if (record.value !== null) bytes.set(record.value, at);
  bytes.writeUInt32BE(crc32(bytes.subarray(FLAGS_AT)), CHECKSUM_AT);
  return bytes;
}

/** Reads what `encodeRecord` wrote. The value is a view of `bytes`. Throws `log_data_lost` where
 *  the bytes are damaged, and `bad_configuration` where a newer Segue wrote them. */
export function decodeRecord(bytes: Buffer, offset: Offset): LogRecord {
  if (bytes.length < KEY_AT) throw damaged(offset);
  const version = bytes.readUInt8(VERSION_AT);
  if (version !== FORMAT_VERSION) {
    const message = `record ${offset} has format ${version}; this Segue reads ${FORMAT_VERSION}`;
    throw new Failure("bad_configuration", message, { field: "log" });
  }
  if (bytes.readUInt32BE(CHECKSUM_AT) !== crc32(bytes.subarray(FLAGS_AT))) throw damaged(offset);
  const keyEnd = KEY_AT + bytes.readUInt16BE(KEY_BYTES_AT);
  const headers: Record<string, string> = {};
  let at = keyEnd;
  for (let left = bytes.readUInt16BE(HEADER_COUNT_AT); left > 0; left--) {
    const nameEnd = at + 8 + bytes.readUInt32BE(at);
    const valueEnd = nameEnd + bytes.readUInt32BE(at + 4);
    headers[bytes.toString("utf8", at + 8, nameEnd)] = bytes.toString("utf8", nameEnd, valueEnd);
    at = valueEnd;
  }
  return {
    offset,
    key: bytes.toString("utf8", KEY_AT, keyEnd),
    value: bytes.readUInt8(FLAGS_AT) & FLAG_NULL_VALUE ? null : bytes.subarray(at),
    headers,
    timestampMs: bytes.readDoubleBE(TIMESTAMP_AT),
  };
}

const FORMAT_VERSION = 1;
const FLAG_NULL_VALUE = 1;
const VERSION_AT = 0;
const CHECKSUM_AT = 1;
const FLAGS_AT = 5;
const TIMESTAMP_AT = 6;
const KEY_BYTES_AT = 14;
const HEADER_COUNT_AT = 16;
const KEY_AT = 18;

function damaged(offset: Offset): Failure {
  return new Failure("log_data_lost", `record ${offset} of the embedded log is damaged`);
}
