import { crc32 } from "node:zlib";
import { assert, Failure } from "../domain/failure.ts";
import {
  type BundleId,
  type EventHash,
  ID_BYTES_MAX,
  type ListenerId,
  type Offset,
  type Partition,
  type SessionId,
  type TrackHash,
} from "../domain/ids.ts";
import { HASH_BYTES, readHash, writeHash } from "./hash-codec.ts";
import {
  DEDUPE_EVENTS_MAX,
  DISLIKED_TRACKS_MAX,
  type ListenerRecord,
  RECENT_EVENTS_MAX,
} from "./listener-record.ts";
import { readRecent, recentBytesMax, writeRecent } from "./recent-codec.ts";

/** The bytes of a listener's record. Numbers are little-endian; equal records have equal bytes.
 *
 *  | offset | bytes | content |
 *  |---|---|---|
 *  | 0 | 4 | CRC-32 of the listener's id in UTF-8 followed by every byte after this one |
 *  | 4 | 1 | format version: 1 |
 *  | 5 | 1 | flags: 1 has a session, 2 has a short hidden, 4 has a long hidden |
 *  | 6 | 32 | bundle id |
 *  | 38 | 4 | partition |
 *  | 42 | 4 | epoch |
 *  | 46 | 6 | offset of the last event heard |
 *  | 52 | 6 | event time of the newest event that stepped, milliseconds since 1970-01-01 UTC |
 *  | 58 | 4 | steps in this session |
 *  | 62 | 6 | steps in all |
 *  | 68 | 2 | s, bytes of the session id |
 *  | 70 | 2 | S, length of the short hidden |
 *  | 72 | 2 | L, length of the long hidden |
 *  | 74 | 1 | e, event hashes in the dedupe window |
 *  | 75 | 1 | d, disliked tracks |
 *  | 76 | 1 | r, recent events |
 *  | 77 | s | session id, UTF-8 |
 *  | … | 4 × S | short hidden, float32 |
 *  | … | 4 × L | long hidden, float32 |
 *  | … | 7 × e | event hashes, u56, oldest first |
 *  | … | 7 × d | hashes of disliked tracks, u56, oldest first |
 *  | … | | recent events, oldest first, see `recent-codec.ts` |
 *
 *  The id is in the checksum so that a record found under another listener's key is refused.
 */
export function encodeRecord(record: ListenerRecord, listener: ListenerId): Buffer {
  assertWithinLimits(record);
  const session = Buffer.from(record.session ?? "", "utf8");
  const { short, long } = record.hidden;
  const bytes = Buffer.allocUnsafe(bytesMax(record, session.length));
  bytes[4] = FORMAT_VERSION;
  bytes[5] =
    (record.session === undefined ? 0 : HAS_SESSION) |
    (short === undefined ? 0 : HAS_SHORT) |
    (long === undefined ? 0 : HAS_LONG);
  bytes.write(record.bundle, 6, BUNDLE_BYTES, "hex");
  bytes.writeUInt32LE(record.partition, 38);
  bytes.writeUInt32LE(record.epoch, 42);
  bytes.writeUIntLE(record.heardOffset, 46, 6);
  bytes.writeUIntLE(record.lastEventAtMs, 52, 6);
  bytes.writeUInt32LE(record.sessionSteps, 58);
  bytes.writeUIntLE(record.steps, 62, 6);
  bytes.writeUInt16LE(session.length, 68);
  bytes.writeUInt16LE(short?.length ?? 0, 70);
  bytes.writeUInt16LE(long?.length ?? 0, 72);
  bytes[74] = record.heardEvents.length;
  bytes[75] = record.disliked.length;
  bytes[76] = record.recent.length;
  session.copy(bytes, HEADER_BYTES);
  let at = HEADER_BYTES + session.length;
  at = writeHidden(bytes, at, short);
  at = writeHidden(bytes, at, long);
  at = writeHashes(bytes, at, record.heardEvents);
  at = writeHashes(bytes, at, record.disliked);
  at = writeRecent(bytes, at, record.recent);
  bytes.writeUInt32LE(checksum(bytes, at, listener), 0);
  return bytes.subarray(0, at);
}

/** The inverse of `encodeRecord`. The record owns its arrays: `bytes` may be reused. Throws
 *  `bad_record` for bytes that `encodeRecord` did not write for this listener. */
export function decodeRecord(bytes: Buffer, listener: ListenerId): ListenerRecord {
  if (bytes.length < HEADER_BYTES) throw badRecord("is cut short");
  if (bytes.readUInt32LE(0) !== checksum(bytes, bytes.length, listener)) {
    throw badRecord("fails its checksum");
  }
  if (bytes[4] !== FORMAT_VERSION) throw badRecord(`has format version ${bytes[4]}`);
  const flags = bytes[5]!;
  const sessionEnd = HEADER_BYTES + bytes.readUInt16LE(68);
  const counts = { short: bytes.readUInt16LE(70), long: bytes.readUInt16LE(72) };
  const longEnd = sessionEnd + 4 * (counts.short + counts.long);
  const eventsEnd = longEnd + HASH_BYTES * bytes[74]!;
  const dislikedEnd = eventsEnd + HASH_BYTES * bytes[75]!;
  if (dislikedEnd > bytes.length) throw badRecord("is cut short");
  const { short, long } = readHidden(bytes, sessionEnd, counts);
  const record: ListenerRecord = {
    bundle: bytes.toString("hex", 6, 6 + BUNDLE_BYTES) as BundleId,
    partition: bytes.readUInt32LE(38) as Partition,
    epoch: bytes.readUInt32LE(42),
    heardOffset: bytes.readUIntLE(46, 6) as Offset,
    lastEventAtMs: bytes.readUIntLE(52, 6),
    session:
      flags & HAS_SESSION
        ? (bytes.toString("utf8", HEADER_BYTES, sessionEnd) as SessionId)
        : undefined,
    sessionSteps: bytes.readUInt32LE(58),
    steps: bytes.readUIntLE(62, 6),
    recent: readRecent(bytes, dislikedEnd, bytes[76]!),
    heardEvents: readHashes(bytes, longEnd, eventsEnd) as EventHash[],
    disliked: readHashes(bytes, eventsEnd, dislikedEnd) as TrackHash[],
    hidden: {
      ...(flags & HAS_SHORT ? { short } : {}),
      ...(flags & HAS_LONG ? { long } : {}),
    },
  };
  assertWithinLimits(record);
  return record;
}

const FORMAT_VERSION = 1;
const HEADER_BYTES = 77;
const BUNDLE_BYTES = 32;
const HAS_SESSION = 1;
const HAS_SHORT = 2;
const HAS_LONG = 4;
/** The longest hidden state of one model. */
const HIDDEN_MAX = 4096;

function assertWithinLimits(record: ListenerRecord): void {
  assert(record.recent.length <= RECENT_EVENTS_MAX, "recent events stay bounded");
  assert(record.heardEvents.length <= DEDUPE_EVENTS_MAX, "the dedupe window stays bounded");
  assert(record.disliked.length <= DISLIKED_TRACKS_MAX, "disliked tracks stay bounded");
  for (const hidden of [record.hidden.short, record.hidden.long]) {
    assert((hidden?.length ?? 0) <= HIDDEN_MAX, "a hidden state stays bounded");
  }
  assert((record.session?.length ?? 0) <= ID_BYTES_MAX, "a session id stays bounded");
}

function bytesMax(record: ListenerRecord, sessionBytes: number): number {
  const floats = (record.hidden.short?.length ?? 0) + (record.hidden.long?.length ?? 0);
  const hashes = record.heardEvents.length + record.disliked.length;
  const fixed = HEADER_BYTES + sessionBytes + 4 * floats + HASH_BYTES * hashes;
  return fixed + recentBytesMax(record.recent.length);
}

function writeHidden(bytes: Buffer, at: number, hidden: Float32Array | undefined): number {
  if (hidden === undefined) return at;
  // Float32Array is little-endian on every processor that Node supports here (x64 and arm64).
  bytes.set(new Uint8Array(hidden.buffer, hidden.byteOffset, hidden.byteLength), at);
  return at + hidden.byteLength;
}

/** Both hidden states in one piece of memory, since each piece costs more than its copy. */
function readHidden(
  bytes: Buffer,
  start: number,
  counts: { readonly short: number; readonly long: number },
): { readonly short: Float32Array; readonly long: Float32Array } {
  const floats = new Float32Array(counts.short + counts.long);
  new Uint8Array(floats.buffer).set(bytes.subarray(start, start + floats.byteLength));
  return { short: floats.subarray(0, counts.short), long: floats.subarray(counts.short) };
}

function writeHashes(bytes: Buffer, start: number, hashes: readonly number[]): number {
  let at = start;
  for (const hash of hashes) at = writeHash(bytes, at, hash);
  return at;
}

function readHashes(bytes: Buffer, start: number, end: number): number[] {
  const hashes: number[] = [];
  for (let at = start; at < end; at += HASH_BYTES) hashes.push(readHash(bytes, at));
  return hashes;
}

function checksum(bytes: Buffer, end: number, listener: ListenerId): number {
  return crc32(bytes.subarray(4, end), crc32(listener));
}

function badRecord(what: string): Failure {
  return new Failure("bad_record", `a listener's record ${what}`, { field: "record" });
}
