import type { TrackHash } from "../domain/ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS } from "../domain/listening-event.ts";
import { readHash } from "./hash-codec.ts";
import type { RecentEvent } from "./listener-record.ts";
import { badRecent, gapSince } from "./recent-bytes.ts";
import { readVarint, unzigzag } from "./varint.ts";

/** The bytes of a record's recent events in format 1, each:
 *
 *  | bytes | content |
 *  |---|---|
 *  | 7 | hash of the track, u56 little-endian |
 *  | 1 | kind, low 4 bits (`EVENT_KINDS`), and play context, high 4 (`CONTEXT_KINDS`) |
 *  | 1 | flags: 1 session start, 2 shuffle, 4 fraction is 1, 8 fraction follows, 16 gap follows |
 *  | 1–8 | event time less that of the event before (or 0), zigzag, base-128 |
 *  | 0 or 4 | fraction played, float32, where it is neither 0 nor 1 |
 *  | 0–8 | gap in ms, base-128, where it is not the time since the newest event before |
 *
 *  They end where `bytes` end. Throws `bad_record`. */
export function readRecent1(bytes: Buffer, start: number, count: number): RecentEvent[] {
  const recent: RecentEvent[] = [];
  const cursor = { bytes, at: start };
  let before = 0;
  let newest = 0;
  for (let index = 0; index < count; index++) {
    const at = cursor.at;
    if (at + 9 > bytes.length) throw badRecent("are cut short");
    const kind = EVENT_KINDS[bytes[at + 7]! & 15];
    const context = CONTEXT_KINDS[bytes[at + 7]! >> 4];
    if (kind === undefined || context === undefined) throw badRecent("have an unknown kind");
    const flags = bytes[at + 8]!;
    cursor.at = at + 9;
    const happenedAtMs = before + unzigzag(readVarint(cursor));
    let fractionPlayed = flags & FRACTION_ONE ? 1 : 0;
    if (flags & FRACTION_WRITTEN) {
      if (cursor.at + 4 > bytes.length) throw badRecent("are cut short");
      fractionPlayed = bytes.readFloatLE(cursor.at);
      cursor.at += 4;
    }
    const gapMs = flags & GAP_WRITTEN ? readVarint(cursor) : gapSince(newest, happenedAtMs);
    recent.push({
      track: readHash(bytes, at) as TrackHash,
      happenedAtMs,
      kind,
      fractionPlayed,
      gapMs,
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

const SESSION_START = 1;
const SHUFFLE = 2;
const FRACTION_ONE = 4;
const FRACTION_WRITTEN = 8;
const GAP_WRITTEN = 16;
