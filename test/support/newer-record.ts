import { crc32 } from "node:zlib";

/** Where a record says its format; see `core/state/record-codec.ts`. */
const FORMAT_AT = 4;
const NEWER_FORMAT = 200;

/** A listener's record as a version might write it whose format nobody knows yet: whole by its
 *  checksum, and not to be read. */
export function newerRecord(bytes: Uint8Array, listener: string): Buffer {
  const newer = Buffer.from(bytes);
  newer[FORMAT_AT] = NEWER_FORMAT;
  newer.writeUInt32LE(crc32(newer.subarray(FORMAT_AT), crc32(listener)), 0);
  return newer;
}
