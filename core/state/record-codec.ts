import { crc32 } from "node:zlib";
import { readBytes, writeBytes } from "../bundle/byte-float.ts";
import { HALF_BYTES, readHalves, writeHalves } from "../bundle/half-float.ts";
import { assert, Failure } from "../domain/failure.ts";
import {
  type BundleMark,
  type EventHash,
  ID_BYTES_MAX,
  type ListenerId,
  type ModelName,
  type Offset,
  type Partition,
  type SessionId,
  type TrackHash,
} from "../domain/ids.ts";
import {
  EVENT_HASH_BYTES,
  HASH_BYTES,
  readEventHash,
  readHash,
  writeEventHash,
  writeHash,
} from "./hash-codec.ts";
import { DEDUPE_EVENTS_MAX, DISLIKED_TRACKS_MAX, RECENT_EVENTS_MAX } from "./listener-record.ts";
import { asRemembered } from "./older-recent.ts";
import { readRecent2 } from "./recent-codec-2.ts";
import { packedEvents, readRecent, recentBytesMax, writeRecent } from "./recent-events.ts";
import { decodeRecord1 } from "./record-codec-1.ts";
import { stateRoom } from "./state-room.ts";
import type { StoredRecord } from "./stored-record.ts";
import { type Cursor, readVarint, VARINT_BYTES_MAX, writeVarint } from "./varint.ts";

/** The bytes of a listener's record, format 3. Equal records have equal bytes.
 *
 *  | bytes | content |
 *  |---|---|
 *  | 4 | CRC-32, little-endian, of the listener's id in UTF-8 followed by every byte after this |
 *  | 1 | format version: 3 |
 *  | 1 | flags: 1 has a session, 2 has a short hidden, 4 has a long hidden; |
 *  | | 8 the short hidden, 16 the long hidden is in bytes |
 *  | 8 | mark of the bundle |
 *  | varints | partition, epoch, offset of the last event heard, |
 *  | | event time of the newest event that stepped (milliseconds since 1970-01-01 UTC), |
 *  | | steps in this session, steps in all, |
 *  | | s bytes of session id, S and L lengths of the short and the long hidden, |
 *  | | e event hashes, d disliked tracks, r recent events; see `varint.ts` |
 *  | s | session id, UTF-8 |
 *  | S or 2 × S, L or 2 × L | short hidden and long hidden, |
 *  | | in bytes where they all are such, see `byte-float.ts`, else in halves, see `half-float.ts` |
 *  | 5 × e | event hashes, u40, oldest first |
 *  | 7 × d | hashes of disliked tracks, u56, oldest first |
 *  | | recent events, oldest first, see `writeRecent` of `recent-events.ts` |
 *
 *  The id is in the checksum so that a record found under another listener's key is refused.
 *  Format 2 had no states in bytes, and its recent events were those of `recent-codec-2.ts`. It is
 *  read, and so is format 1; they are written anew in this one when their listener is next heard.
 */
export function encodeRecord(record: StoredRecord, listener: ListenerId): Buffer {
  assertWithinLimits(record);
  const session = Buffer.from(record.session ?? "", "utf8");
  const { short, long } = record.hidden;
  const bytes = Buffer.allocUnsafe(bytesMax(record, session.length));
  bytes[4] = FORMAT_VERSION;
  let flags =
    (record.session === undefined ? 0 : HAS_SESSION) |
    (short === undefined ? 0 : HAS_SHORT) |
    (long === undefined ? 0 : HAS_LONG);
  bytes.write(record.bundle, MARK_AT, MARK_BYTES, "hex");
  let at = writeNumbers(bytes, record, session.length);
  at += session.copy(bytes, at);
  for (let model = 0; model < 2; model++) {
    const states = model === 0 ? short : long;
    if (states === undefined) continue;
    const end = writeBytes(bytes, at, states);
    if (end !== undefined) flags |= model === 0 ? SHORT_IN_BYTES : LONG_IN_BYTES;
    at = end ?? writeHalves(bytes, at, states);
  }
  bytes[5] = flags;
  for (const hash of record.heardEvents) at = writeEventHash(bytes, at, hash);
  for (const hash of record.disliked) at = writeHash(bytes, at, hash);
  at = writeRecent(bytes, at, record);
  bytes.writeUInt32LE(checksum(bytes, at, listener), 0);
  return bytes.subarray(0, at);
}

/** The bytes of a record, or those that already are one. */
export function recordBytes(record: StoredRecord | Uint8Array, listener: ListenerId): Buffer {
  return record instanceof Uint8Array ? Buffer.from(record) : encodeRecord(record, listener);
}

/** The inverse of `encodeRecord`, which also reads formats 1 and 2. The record owns its arrays:
 *  `bytes` may be reused. Throws `bad_record` for bytes that no version of `encodeRecord` wrote for
 *  this listener. */
export function decodeRecord(bytes: Buffer, listener: ListenerId): StoredRecord {
  if (bytes.length < NUMBERS_AT) throw badRecord("is cut short");
  if (bytes.readUInt32LE(0) !== checksum(bytes, bytes.length, listener)) {
    throw badRecord("fails its checksum");
  }
  const version = bytes[4];
  if (version !== 1 && version !== 2 && version !== FORMAT_VERSION) {
    throw badRecord(`has format version ${version}`);
  }
  const record = version === 1 ? decodeRecord1(bytes) : decodeSince2(bytes, version);
  assertWithinLimits(record);
  return record;
}

function decodeSince2(bytes: Buffer, version: 2 | 3): StoredRecord {
  const flags = bytes[5]!;
  const cursor = { bytes, at: NUMBERS_AT };
  const next = () => readVarint(cursor);
  const place = { partition: next() as Partition, epoch: next(), heardOffset: next() as Offset };
  const times = { lastEventAtMs: next(), sessionSteps: next(), steps: next() };
  const lengths = { session: next(), short: next(), long: next() };
  const counts = { events: next(), disliked: next(), recent: next() };
  const hashBytes = EVENT_HASH_BYTES * counts.events + HASH_BYTES * counts.disliked;
  const hiddenBytes =
    lengths.short * (flags & SHORT_IN_BYTES ? 1 : HALF_BYTES) +
    lengths.long * (flags & LONG_IN_BYTES ? 1 : HALF_BYTES);
  if (cursor.at + lengths.session + hiddenBytes + hashBytes > bytes.length) {
    throw badRecord("is cut short");
  }
  const session = bytes.toString("utf8", cursor.at, cursor.at + lengths.session);
  cursor.at += lengths.session;
  const hidden = readHidden(cursor, flags, lengths);
  const heardEvents: EventHash[] = [];
  for (let event = 0; event < counts.events; event++) {
    heardEvents.push(readEventHash(bytes, step(cursor, EVENT_HASH_BYTES)) as EventHash);
  }
  const disliked: TrackHash[] = [];
  for (let track = 0; track < counts.disliked; track++) {
    disliked.push(readHash(bytes, step(cursor, HASH_BYTES)) as TrackHash);
  }
  const { lastEventAtMs } = times;
  const recent =
    version === 2
      ? packedEvents(asRemembered(readRecent2(cursor, counts.recent)))
      : readRecent(cursor, { count: counts.recent, lastEventAtMs });
  return {
    bundle: bytes.toString("hex", MARK_AT, MARK_AT + MARK_BYTES) as BundleMark,
    ...place,
    ...times,
    session: flags & HAS_SESSION ? (session as SessionId) : undefined,
    recent,
    heardEvents,
    disliked,
    hidden,
  };
}

const FORMAT_VERSION = 3;
const MARK_AT = 6;
const MARK_BYTES = 8;
const NUMBERS_AT = MARK_AT + MARK_BYTES;
const NUMBERS = 12;
const HAS_SESSION = 1;
const HAS_SHORT = 2;
const HAS_LONG = 4;
const SHORT_IN_BYTES = 8;
const LONG_IN_BYTES = 16;
/** The longest hidden state of one model. */
const HIDDEN_MAX = 4096;

/** Returns the index after the last. One by one, since an array of them is garbage. */
function writeNumbers(bytes: Buffer, record: StoredRecord, sessionBytes: number): number {
  const { short, long } = record.hidden;
  let at = writeVarint(bytes, NUMBERS_AT, record.partition);
  at = writeVarint(bytes, at, record.epoch);
  at = writeVarint(bytes, at, record.heardOffset);
  at = writeVarint(bytes, at, record.lastEventAtMs);
  at = writeVarint(bytes, at, record.sessionSteps);
  at = writeVarint(bytes, at, record.steps);
  at = writeVarint(bytes, at, sessionBytes);
  at = writeVarint(bytes, at, short?.length ?? 0);
  at = writeVarint(bytes, at, long?.length ?? 0);
  at = writeVarint(bytes, at, record.heardEvents.length);
  at = writeVarint(bytes, at, record.disliked.length);
  return writeVarint(bytes, at, record.recent.count);
}

function assertWithinLimits(record: StoredRecord): void {
  assert(record.recent.count <= RECENT_EVENTS_MAX, "recent events stay bounded");
  assert(record.heardEvents.length <= DEDUPE_EVENTS_MAX, "the dedupe window stays bounded");
  assert(record.disliked.length <= DISLIKED_TRACKS_MAX, "disliked tracks stay bounded");
  for (const hidden of [record.hidden.short, record.hidden.long]) {
    assert((hidden?.length ?? 0) <= HIDDEN_MAX, "a hidden state stays bounded");
  }
  assert((record.session?.length ?? 0) <= ID_BYTES_MAX, "a session id stays bounded");
}

function bytesMax(record: StoredRecord, sessionBytes: number): number {
  const floats = (record.hidden.short?.length ?? 0) + (record.hidden.long?.length ?? 0);
  const hashes = EVENT_HASH_BYTES * record.heardEvents.length + HASH_BYTES * record.disliked.length;
  const fixed = NUMBERS_AT + NUMBERS * VARINT_BYTES_MAX + sessionBytes;
  return fixed + HALF_BYTES * floats + hashes + recentBytesMax(record.recent);
}

function readHidden(
  cursor: Cursor,
  flags: number,
  lengths: Readonly<Record<ModelName, number>>,
): StoredRecord["hidden"] {
  const short = stateRoom(lengths.short);
  const long = stateRoom(lengths.long);
  readStates(cursor, short, (flags & SHORT_IN_BYTES) !== 0);
  readStates(cursor, long, (flags & LONG_IN_BYTES) !== 0);
  return { ...(flags & HAS_SHORT ? { short } : {}), ...(flags & HAS_LONG ? { long } : {}) };
}

function readStates(cursor: Cursor, target: Float32Array, inBytes: boolean): void {
  const bytes = inBytes ? target.length : HALF_BYTES * target.length;
  const at = step(cursor, bytes);
  if (inBytes) readBytes(cursor.bytes, at, target);
  else readHalves(cursor.bytes, at, target);
}

/** Moves on by `length` and returns where the cursor stood. */
function step(cursor: Cursor, length: number): number {
  cursor.at += length;
  return cursor.at - length;
}

function checksum(bytes: Buffer, end: number, listener: ListenerId): number {
  return crc32(bytes.subarray(4, end), crc32(listener));
}

function badRecord(what: string): Failure {
  return new Failure("bad_record", `a listener's record ${what}`, { field: "record" });
}
