import { Failure } from "../domain/failure.ts";
import type { TrackHash } from "../domain/ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS } from "../domain/listening-event.ts";
import { readHash, writeHash } from "./hash-codec.ts";
import type { RecentEvent } from "./listener-record.ts";

/** The bytes of a record's recent events, each:
 *
 *  | bytes | content |
 *  |---|---|
 *  | 7 | hash of the track, u56 little-endian |
 *  | 1 | kind, low 4 bits (`EVENT_KINDS`), and play context, high 4 (`CONTEXT_KINDS`) |
 *  | 1 | flags: 1 session start, 2 shuffle, 4 fraction is 1, 8 fraction follows, 16 gap follows |
 *  | 1–8 | event time less that of the event before (or 0), zigzag, base-128 |
 *  | 0 or 4 | fraction played, float32, where it is neither 0 nor 1 |
 *  | 0–8 | gap in ms, base-128, where it is not the time since the newest event before |
 *  / */
export function writeRecent(bytes: Buffer, start: number, recent: readonly RecentEvent[]): number {
  let at = start;
  let before = 0;
  let newest = 0;
  for (const event of recent) {
    writeHash(bytes, at, event.track);
    bytes[at + 7] = EVENT_KINDS.indexOf(event.kind) | (CONTEXT_KINDS.indexOf(event.context) << 4);
    const writesFraction = event.fractionPlayed !== 0 && event.fractionPlayed !== 1;
    const writesGap = event.gapMs !== gapSince(newest, event.happenedAtMs);
    bytes[at + 8] =
      (event.sessionStart ? SESSION_START : 0) |
      (event.shuffle ? SHUFFLE : 0) |
      (event.fractionPlayed === 1 ? FRACTION_ONE : 0) |
      (writesFraction ? FRACTION_WRITTEN : 0) |
      (writesGap ? GAP_WRITTEN : 0);
    at = writeVarint(bytes, at + 9, zigzag(event.happenedAtMs - before));
    if (writesFraction) at = bytes.writeFloatLE(event.fractionPlayed, at);
    if (writesGap) at = writeVarint(bytes, at, event.gapMs);
    before = event.happenedAtMs;
    newest = Math.max(newest, before);
  }
  return at;
}

/** The inverse of `writeRecent`; the events end where `bytes` end. Throws `bad_record`. */
export function readRecent(bytes: Buffer, start: number, count: number): RecentEvent[] {
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

/** The room that `count` events never outgrow, in bytes. */
export function recentBytesMax(count: number): number {
  return count * 32;
}

const SESSION_START = 1;
const SHUFFLE = 2;
const FRACTION_ONE = 4;
const FRACTION_WRITTEN = 8;
const GAP_WRITTEN = 16;

function gapSince(newestMs: number, happenedAtMs: number): number {
  return newestMs === 0 ? 0 : Math.max(0, happenedAtMs - newestMs);
}

// Times reach 2⁵³, above what bit operations hold, so these count in ordinary numbers.
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 128) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

function readVarint(cursor: { readonly bytes: Buffer; at: number }): number {
  let value = 0;
  let scale = 1;
  for (let read = 0; read < 8; read++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw badRecent("are cut short");
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw badRecent("hold a number that is too long");
}

function badRecent(what: string): Failure {
  return new Failure("bad_record", `a record's recent events ${what}`, { field: "recent" });
}
