import { Failure } from "../domain/failure.ts";
import type { TrackHash } from "../domain/ids.ts";
import type { EventKind } from "../domain/listening-event.ts";
import type { Cursor } from "./varint.ts";

/** What the formats of a record's recent events have in common. */

/** In a hash's highest byte, whose lower five bits are the hash's own. */
const HASH_HIGH = 0x1f;

/** Reads a track's hash, in whose three highest bits something else is written. */
export function trackAt(bytes: Buffer, at: number): TrackHash {
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8) | ((bytes[at + 6]! & HASH_HIGH) << 16);
  return (bytes.readUInt32LE(at) + high * 2 ** 32) as TrackHash;
}

export function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw badRecent("are cut short");
  return byte;
}

/** What is not written of a fraction that is as usual. */
export function usualFraction(kind: EventKind): 0 | 1 {
  return kind === "finished" ? 1 : 0;
}

/** In milliseconds; 0 where `newestMs` is 0, for no event before. */
export function gapSince(newestMs: number, happenedAtMs: number): number {
  return newestMs === 0 ? 0 : Math.max(0, happenedAtMs - newestMs);
}

export function badRecent(what: string): Failure {
  return new Failure("bad_record", `a record's recent events ${what}`, { field: "recent" });
}
