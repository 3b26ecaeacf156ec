import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import type { Watermarks } from "./event-log.ts";

/** The most partitions of an embedded log: the head holds all watermarks and is written with
 *  every append. */
export const EMBEDDED_PARTITIONS_MAX = 256;

/** The key of a record: partition (2 bytes), then offset (6 bytes), big-endian, so that a range of
 *  keys is a range of offsets. */
export function recordKey(partition: Partition, offset: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt16BE(partition, 0);
  key.writeUIntBE(offset, 2, 6);
  return key;
}

export function offsetOfKey(key: Buffer): Offset {
  return key.readUIntBE(2, 6) as Offset;
}

/** The head of a log: the watermarks of every partition, in one LMDB entry whose version changes
 *  with every append.
 *
 *  | at | bytes | what                                             |
 *  |----|-------|--------------------------------------------------|
 *  | 0  | 1     | format version, 1                                |
 *  | 1  | 2     | number of partitions                             |
 *  | 3  | 6 + 6 | per partition: first offset, next offset         |
 */
export function encodeHead(watermarks: readonly Watermarks[]): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + PARTITION_BYTES * watermarks.length);
  bytes.writeUInt8(FORMAT_VERSION, 0);
  bytes.writeUInt16BE(watermarks.length, 1);
  watermarks.forEach(({ first, next }, partition) => {
    bytes.writeUIntBE(first, HEADER_BYTES + PARTITION_BYTES * partition, 6);
    bytes.writeUIntBE(next, HEADER_BYTES + PARTITION_BYTES * partition + 6, 6);
  });
  return bytes;
}

/** Throws `bad_configuration` where a newer Segue wrote the head, `log_data_lost` where it is
 *  damaged. */
export function decodeHead(bytes: Buffer): Watermarks[] {
  const version = bytes.length > 0 ? bytes.readUInt8(0) : undefined;
  if (version !== FORMAT_VERSION) {
    const message = `the embedded log has format ${version}; this Segue reads ${FORMAT_VERSION}`;
    throw new Failure("bad_configuration", message, { field: "log" });
  }
  const partitions = (bytes.length - HEADER_BYTES) / PARTITION_BYTES;
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(1) !== partitions) {
    throw new Failure("log_data_lost", "the head of the embedded log is damaged");
  }
  return Array.from({ length: partitions }, (_, partition) => ({
    first: bytes.readUIntBE(HEADER_BYTES + PARTITION_BYTES * partition, 6) as Offset,
    next: bytes.readUIntBE(HEADER_BYTES + PARTITION_BYTES * partition + 6, 6) as Offset,
  }));
}

const FORMAT_VERSION = 1;
const HEADER_BYTES = 3;
const PARTITION_BYTES = 12;
