import { assert } from "../domain/failure.ts";
import {
  CONTEXT_KINDS,
  type ContextKind,
  EVENT_KINDS,
  stepsModels,
} from "../domain/listening-event.ts";
import { HASH_BYTES, writeHash } from "./hash-codec.ts";
import type { RecentEvent } from "./listener-record.ts";
import { badRecent, gapSince, readByte, trackAt, usualFraction } from "./recent-bytes.ts";
import { FRACTION_STEPS, fractionOf, TIME_STEP_MS } from "./remembered.ts";
import {
  type Cursor,
  readVarint,
  unzigzag,
  VARINT_BYTES_MAX,
  writeVarint,
  zigzag,
} from "./varint.ts";

/** The bytes of a record's recent events in format 3. Times are in quarter seconds. First, where
 *  there are events, the time of the oldest less that of the record's newest event that stepped:
 *  zigzag, varint. Then each event:
 *
 *  | bytes | content |
 *  |---|---|
 *  | 7 | hash of the track, the low 53 bits, and the kind (`EVENT_KINDS`) in the high 3 |
 *  | 1–8 | varint: 8 × the time since the event before, 1 session start, 2 a fraction, 4 more |
 *  | 0 or 1 | where a fraction follows: the fraction played, in half percents |
 *  | 0 or 1 | where more follows, what: 1 a place, 2 a gap; 4: the time is *before* that event |
 *  | 0 or 1 | where a place follows: play context (`CONTEXT_KINDS`), and 128 for shuffle |
 *  | 0–8 | where a gap follows: in ms, varint |
 *
 *  Without a fraction, a finished play was played whole and any other event not at all. Without a
 *  place, an event has that of the one before it. Without a gap, an event that steps the models has
 *  the time since the newest such event before it, and any other event none. */
export function writeRecent(
  bytes: Buffer,
  start: number,
  { recent, lastEventAtMs }: Remembered,
): number {
  if (recent.length === 0) return start;
  let before = recent[0]!.happenedAtMs;
  let at = writeVarint(bytes, start, zigzag(stepsOf(before) - wholeSteps(lastEventAtMs)));
  let newest = 0;
  let place = NO_PLACE;
  for (const event of recent) {
    const { kind, fractionPlayed, gapMs, happenedAtMs } = event;
    const steps = stepsModels(kind);
    const here = placeOf(event);
    const isEarlier = happenedAtMs < before;
    const hasFraction = fractionPlayed !== usualFraction(kind);
    const hasGap = gapMs !== usualGap(steps, newest, happenedAtMs);
    const more = (here === place ? 0 : PLACE) | (hasGap ? GAP : 0) | (isEarlier ? EARLIER : 0);
    writeHash(bytes, at, event.track);
    bytes[at + 6]! |= EVENT_KINDS.indexOf(kind) << KIND_SHIFT;
    const flags =
      (event.sessionStart ? SESSION_START : 0) |
      (hasFraction ? FRACTION : 0) |
      (more === 0 ? 0 : MORE);
    const since = stepsOf(Math.abs(happenedAtMs - before));
    at = writeVarint(bytes, at + HASH_BYTES, FLAGS * since + flags);
    if (hasFraction) bytes[at++] = fractionByte(fractionPlayed);
    if (more !== 0) bytes[at++] = more;
    if (more & PLACE) bytes[at++] = here;
    if (hasGap) at = writeVarint(bytes, at, gapMs);
    before = happenedAtMs;
    if (steps) newest = Math.max(newest, happenedAtMs);
    place = here;
  }
  return at;
}

export interface Remembered {
  readonly recent: readonly RecentEvent[];
  readonly lastEventAtMs: number;
}

/** The inverse of `writeRecent`; the events end where `bytes` end. Throws `bad_record`. */
export function readRecent(
  cursor: Cursor,
  { count, lastEventAtMs }: { readonly count: number; readonly lastEventAtMs: number },
): RecentEvent[] {
  const recent: RecentEvent[] = [];
  const { bytes } = cursor;
  let happenedAtMs =
    count === 0 ? 0 : TIME_STEP_MS * (unzigzag(readVarint(cursor)) + wholeSteps(lastEventAtMs));
  let newest = 0;
  let place = NO_PLACE;
  for (let index = 0; index < count; index++) {
    const at = cursor.at;
    if (at + HASH_BYTES >= bytes.length) throw badRecent("are cut short");
    cursor.at += HASH_BYTES;
    const kind = EVENT_KINDS[bytes[at + 6]! >> KIND_SHIFT]!;
    const timeAndFlags = readVarint(cursor);
    const flags = timeAndFlags % FLAGS;
    const fractionPlayed = flags & FRACTION ? readFraction(cursor) : usualFraction(kind);
    const more = flags & MORE ? readByte(cursor) : 0;
    if (more & PLACE) place = readByte(cursor);
    const sinceMs = ((timeAndFlags - flags) / FLAGS) * TIME_STEP_MS;
    happenedAtMs += more & EARLIER ? -sinceMs : sinceMs;
    const steps = stepsModels(kind);
    recent.push({
      track: trackAt(bytes, at),
      happenedAtMs,
      kind,
      fractionPlayed,
      gapMs: more & GAP ? readVarint(cursor) : usualGap(steps, newest, happenedAtMs),
      sessionStart: (flags & SESSION_START) !== 0,
      context: contextOf(place),
      shuffle: (place & SHUFFLE) !== 0,
    });
    if (steps) newest = Math.max(newest, happenedAtMs);
  }
  if (cursor.at !== bytes.length) throw badRecent("do not end where the record ends");
  return recent;
}

/** The room that `count` events never outgrow, in bytes. */
export function recentBytesMax(count: number): number {
  return VARINT_BYTES_MAX + count * (HASH_BYTES + 3 + 2 * VARINT_BYTES_MAX);
}

/** In a hash's highest byte, whose lower five bits are the hash's own. */
const KIND_SHIFT = 5;
/** Below the time. */
const FLAGS = 8;
const SESSION_START = 1;
const FRACTION = 2;
const MORE = 4;
/** In the byte that says what more follows. */
const PLACE = 1;
const GAP = 2;
const EARLIER = 4;
/** In the byte of a place. */
const SHUFFLE = 128;
const NO_PLACE = CONTEXT_KINDS.indexOf("unspecified");

function stepsOf(timeMs: number): number {
  const steps = timeMs / TIME_STEP_MS;
  assert(Number.isInteger(steps), "a remembered time is in quarter seconds");
  return steps;
}

function wholeSteps(timeMs: number): number {
  return Math.floor(timeMs / TIME_STEP_MS);
}

/** `newestMs`: of the events before that stepped the models, 0 where there is none. */
function usualGap(steps: boolean, newestMs: number, happenedAtMs: number): number {
  return steps ? gapSince(newestMs, happenedAtMs) : 0;
}

function placeOf({ context, shuffle }: RecentEvent): number {
  return CONTEXT_KINDS.indexOf(context) | (shuffle ? SHUFFLE : 0);
}

function contextOf(place: number): ContextKind {
  const context = CONTEXT_KINDS[place & ~SHUFFLE];
  if (context === undefined) throw badRecent("have an unknown play context");
  return context;
}

function fractionByte(fraction: number): number {
  const steps = Math.round(fraction * FRACTION_STEPS);
  assert(fractionOf(steps) === fraction, "a remembered fraction is in half percents");
  return steps;
}

function readFraction(cursor: Cursor): number {
  const steps = readByte(cursor);
  if (steps > FRACTION_STEPS) throw badRecent("have a fraction above 1");
  return fractionOf(steps);
}
