import { CONTEXT_KINDS, EVENT_KINDS } from "../domain/listening-event.ts";
import type { RecentEvent } from "./listener-record.ts";
import { badRecent, gapSince, readByte, trackAt, usualFraction } from "./recent-bytes.ts";
import { type Cursor, readVarint, unzigzag } from "./varint.ts";

/** The bytes of a record's recent events in format 2, each:
 *
 *  | bytes | content |
 *  |---|---|
 *  | 7 | hash of the track, the low 53 bits; bit 53 session start, 54 shuffle, 55 more follows |
 *  | 1 | kind, low 4 bits (`EVENT_KINDS`), and play context, high 4 (`CONTEXT_KINDS`) |
 *  | 1–8 | event time less that of the event before (or 0), zigzag, varint |
 *  | 0 or 1 | where more follows, what: 1 fraction, 2 the other of 0 and 1, 4 gap |
 *  | 0 or 4 | fraction played, float32, where it is neither 0 nor 1 |
 *  | 0–8 | gap in ms, varint, where it is not the time since the newest event before |
 *
 *  Without a fraction, a finished play was played whole and any other event not at all. They end
 *  where `bytes` end. Throws `bad_record`. */
export function readRecent2(cursor: Cursor, count: number): RecentEvent[] {
  const recent: RecentEvent[] = [];
  const { bytes } = cursor;
  let before = 0;
  let newest = 0;
  for (let index = 0; index < count; index++) {
    const at = cursor.at;
    if (at + FIXED_BYTES >= bytes.length) throw badRecent("are cut short");
    const flags = bytes[at + 6]!;
    const kind = EVENT_KINDS[bytes[at + 7]! & 15];
    const context = CONTEXT_KINDS[bytes[at + 7]! >> 4];
    if (kind === undefined || context === undefined) throw badRecent("have an unknown kind");
    cursor.at = at + FIXED_BYTES;
    const happenedAtMs = before + unzigzag(readVarint(cursor));
    const more = flags & MORE ? readByte(cursor) : 0;
    const fractionPlayed = readFraction(cursor, more, usualFraction(kind));
    recent.push({
      track: trackAt(bytes, at),
      happenedAtMs,
      kind,
      fractionPlayed,
      gapMs: more & GAP ? readVarint(cursor) : gapSince(newest, happenedAtMs),
      sessionStart: (flags & SESSION_START) !== 0,
      context,
      shuffle: (flags & SHUFFLE) !== 0,
    });
    before = happenedAtMs;
    newest = Math.max(newest, before);
  }
  if (cursor.at !== bytes.length) throw badRecent("do not end where the record ends");
  return recent;
}

const FIXED_BYTES = 8;
const FRACTION_BYTES = 4;
/** In a hash's highest byte, whose lower five bits are the hash's own. */
const SESSION_START = 0x20;
const SHUFFLE = 0x40;
const MORE = 0x80;
const FRACTION = 1;
const OTHER_WHOLE = 2;
const GAP = 4;

function readFraction(cursor: Cursor, more: number, usual: 0 | 1): number {
  if (more & OTHER_WHOLE) return 1 - usual;
  if (!(more & FRACTION)) return usual;
  const at = cursor.at;
  cursor.at += FRACTION_BYTES;
  if (cursor.at > cursor.bytes.length) throw badRecent("are cut short");
  return cursor.bytes.readFloatLE(at);
}
