import { crc32 } from "node:zlib";
import { Failure } from "../domain/failure.ts";
import type { ListenerId, Offset, Partition } from "../domain/ids.ts";
import type { AppliedPosition } from "./session-store.ts";

/** The keys of a session store; LMDB's store has all of them.
 *
 *  | key | value |
 *  |---|---|
 *  | `L` and the listener's id in UTF-8 | the listener's record, see `record-codec.ts` |
 *  | `P` and the partition, u32 big-endian | its applied position, the bytes below |
 *  | `S` | the seal over all others, see `store-seal.ts`; not in a digest |
 *
 *  | offset | bytes | position |
 *  |---|---|---|
 *  | 0 | 4 | CRC-32 of the bytes after it, u32 little-endian |
 *  | 4 | 4 | epoch, u32 little-endian |
 *  | 8 | 8 | offset to read next, u64 little-endian |
 *  | 16 | 8 | when the last applied record entered the log, i64 little-endian, milliseconds |
 *  | 24 | 8 | who was last heard before this is idle, i64 little-endian, milliseconds; |
 *  | | | absent where nobody was ever evicted |
 */
export function listenerKey(listener: ListenerId): Buffer {
  return Buffer.from(`L${listener}`, "utf8");
}

/** Undefined for a key that is no listener's. */
export function listenerOfKey(key: Buffer): ListenerId | undefined {
  return key[0] === LISTENER_MARK ? (key.toString("utf8", 1) as ListenerId) : undefined;
}

const LISTENER_MARK = 0x4c;
const POSITION_MARK = 0x50;

export function positionKey(partition: Partition): Buffer {
  const key = Buffer.allocUnsafe(5);
  key[0] = POSITION_MARK;
  key.writeUInt32BE(partition, 1);
  return key;
}

const POSITION_BYTES = 24;
const IDLE_POSITION_BYTES = 32;

export function encodePosition(position: AppliedPosition): Buffer {
  const { idleBeforeMs } = position;
  const bytes = Buffer.alloc(idleBeforeMs === undefined ? POSITION_BYTES : IDLE_POSITION_BYTES);
  if (idleBeforeMs !== undefined) bytes.writeBigInt64LE(BigInt(idleBeforeMs), POSITION_BYTES);
  bytes.writeUInt32LE(position.epoch, 4);
  bytes.writeBigUInt64LE(BigInt(position.next), 8);
  bytes.writeBigInt64LE(BigInt(position.appendedAtMs), 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** Throws `bad_record` for bytes that `encodePosition` did not write. */
export function decodePosition(bytes: Buffer): AppliedPosition {
  const isWhole = bytes.length === POSITION_BYTES || bytes.length === IDLE_POSITION_BYTES;
  if (!isWhole || bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) {
    throw new Failure("bad_record", "an applied position is damaged", { field: "position" });
  }
  return {
    epoch: bytes.readUInt32LE(4),
    next: Number(bytes.readBigUInt64LE(8)) as Offset,
    appendedAtMs: Number(bytes.readBigInt64LE(16)),
    ...(bytes.length === IDLE_POSITION_BYTES && {
      idleBeforeMs: Number(bytes.readBigInt64LE(POSITION_BYTES)),
    }),
  };
}
