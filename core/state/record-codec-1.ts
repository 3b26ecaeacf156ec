import { roundToHalves } from "../bundle/half-float.ts";
import { Failure } from "../domain/failure.ts";
import { shortenedEventHash } from "../domain/hash.ts";
import type { BundleMark, Offset, Partition, SessionId, TrackHash } from "../domain/ids.ts";
import { HASH_BYTES, readHash } from "./hash-codec.ts";
import { asRemembered } from "./older-recent.ts";
import { readRecent1 } from "./recent-codec-1.ts";
import { packedEvents } from "./recent-events.ts";
import type { StoredRecord } from "./stored-record.ts";

/** The record that bytes of format 1 hold, its checksum checked. Numbers are little-endian.
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
 *  | … | | recent events, oldest first, see `recent-codec-1.ts` |
 *
 *  Hidden states, event hashes and recent events become what records hold now: a state in halves,
 *  a hash of 40 bits, times and fractions as in `older-recent.ts`. Throws `bad_record`. */
export function decodeRecord1(bytes: Buffer): StoredRecord {
  if (bytes.length < HEADER_BYTES) throw cutShort();
  const flags = bytes[5]!;
  const sessionEnd = HEADER_BYTES + bytes.readUInt16LE(68);
  const counts = { short: bytes.readUInt16LE(70), long: bytes.readUInt16LE(72) };
  const longEnd = sessionEnd + 4 * (counts.short + counts.long);
  const eventsEnd = longEnd + HASH_BYTES * bytes[74]!;
  const dislikedEnd = eventsEnd + HASH_BYTES * bytes[75]!;
  if (dislikedEnd > bytes.length) throw cutShort();
  const { short, long } = readHidden(bytes, sessionEnd, counts);
  return {
    bundle: bytes.toString("hex", 6, 6 + MARK_BYTES) as BundleMark,
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
    recent: packedEvents(asRemembered(readRecent1(bytes, dislikedEnd, bytes[76]!))),
    heardEvents: readHashes(bytes, longEnd, eventsEnd).map(shortenedEventHash),
    disliked: readHashes(bytes, eventsEnd, dislikedEnd) as TrackHash[],
    hidden: {
      ...(flags & HAS_SHORT ? { short } : {}),
      ...(flags & HAS_LONG ? { long } : {}),
    },
  };
}

const HEADER_BYTES = 77;
/** Of a bundle's 32 bytes. */
const MARK_BYTES = 8;
const HAS_SESSION = 1;
const HAS_SHORT = 2;
const HAS_LONG = 4;

/** Both hidden states in one piece of memory, since each piece costs more than its copy. */
function readHidden(
  bytes: Buffer,
  start: number,
  counts: { readonly short: number; readonly long: number },
): { readonly short: Float32Array; readonly long: Float32Array } {
  const floats = new Float32Array(counts.short + counts.long);
  new Uint8Array(floats.buffer).set(bytes.subarray(start, start + floats.byteLength));
  roundToHalves(floats);
  return { short: floats.subarray(0, counts.short), long: floats.subarray(counts.short) };
}

function readHashes(bytes: Buffer, start: number, end: number): number[] {
  const hashes: number[] = [];
  for (let at = start; at < end; at += HASH_BYTES) hashes.push(readHash(bytes, at));
  return hashes;
}

function cutShort(): Failure {
  return new Failure("bad_record", "a listener's record is cut short", { field: "record" });
}
