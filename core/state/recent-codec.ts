import { assert } from "../domain/failure.ts";
import {
  CONTEXT_KINDS,
  type ContextKind,
  EVENT_KINDS,
  type EventKind,
  stepsModels,
} from "../domain/listening-event.ts";
import { HASH_BYTES, writeHash } from "./hash-codec.ts";
import type { RecentEvent } from "./listener-record.ts";
import { badRecent, gapSince, readByte, trackAt, usualFraction } from "./recent-bytes.ts";
import { FRACTION_STEPS, fractionOf, TIME_STEP_MS } from "./remembered.ts";
import { type Cursor, readVarint, VARINT_BYTES_MAX, writeVarint } from "./varint.ts";

/** The bytes of a recent event in format 3. Times are in quarter seconds.
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
 *  the time since the newest such event before it, and any other event none.
 *
 *  Writes an event, makes of `before` what there is before the next, and returns the index after
 *  the bytes. */
export function writeEvent(
  bytes: Buffer,
  start: number,
  event: RecentEvent,
  before: Before,
): number {
  const { kind, fractionPlayed, gapMs, happenedAtMs } = event;
  const place = placeOf(event);
  const hasFraction = fractionPlayed !== usualFraction(kind);
  const hasGap = gapMs !== usualGap(kind, before.newestMs, happenedAtMs);
  const more =
    (place === before.place ? 0 : PLACE) |
    (hasGap ? GAP : 0) |
    (happenedAtMs < before.happenedAtMs ? EARLIER : 0);
  writeHash(bytes, start, event.track);
  bytes[start + 6]! |= EVENT_KINDS.indexOf(kind) << KIND_SHIFT;
  const flags =
    (event.sessionStart ? SESSION_START : 0) |
    (hasFraction ? FRACTION : 0) |
    (more === 0 ? 0 : MORE);
  const since = stepsOf(Math.abs(happenedAtMs - before.happenedAtMs));
  let at = writeVarint(bytes, start + HASH_BYTES, FLAGS * since + flags);
  if (hasFraction) bytes[at++] = fractionByte(fractionPlayed);
  if (more !== 0) bytes[at++] = more;
  if (more & PLACE) bytes[at++] = place;
  if (hasGap) at = writeVarint(bytes, at, gapMs);
  before.happenedAtMs = happenedAtMs;
  if (stepsModels(kind)) before.newestMs = Math.max(before.newestMs, happenedAtMs);
  before.place = place;
  return at;
}

/** What an event's bytes leave out, since the events before it say it. */
export interface Before {
  /** Of the event before, milliseconds since 1970-01-01 UTC. */
  happenedAtMs: number;
  /** Of the newest event before that stepped the models, 0 where there is none. */
  newestMs: number;
  /** The byte of a place. */
  place: number;
}

/** What is before the first event of all, which happened at `firstAtMs`. */
export function beforeFirst(firstAtMs: number): Before {
  return { happenedAtMs: firstAtMs, newestMs: 0, place: NO_PLACE };
}

/** Where reading of events stands, and what the last of them said, so that going by one leaves
 *  nothing on the heap. */
export interface Reading extends Cursor, Before {
  trackAt: number;
  kind: EventKind;
  fractionPlayed: number;
  gapMs: number;
  sessionStart: boolean;
}

export function readingFrom({ bytes, at }: Cursor, firstAtMs: number): Reading {
  return {
    bytes,
    at,
    happenedAtMs: firstAtMs,
    newestMs: 0,
    place: NO_PLACE,
    trackAt: at,
    kind: EVENT_KINDS[0],
    fractionPlayed: 0,
    gapMs: 0,
    sessionStart: false,
  };
}

/** The inverse of `writeEvent`. Throws `bad_record`. */
export function readOn(reading: Reading): void {
  const { bytes, at } = reading;
  if (at + HASH_BYTES >= bytes.length) throw badRecent("are cut short");
  const kind = EVENT_KINDS[bytes[at + 6]! >> KIND_SHIFT]!;
  reading.trackAt = at;
  reading.at = at + HASH_BYTES;
  const timeAndFlags = readVarint(reading);
  const flags = timeAndFlags % FLAGS;
  reading.kind = kind;
  reading.sessionStart = (flags & SESSION_START) !== 0;
  reading.fractionPlayed = flags & FRACTION ? readFraction(reading) : usualFraction(kind);
  const more = flags & MORE ? readByte(reading) : 0;
  if (more & PLACE) reading.place = readPlace(reading);
  const sinceMs = ((timeAndFlags - flags) / FLAGS) * TIME_STEP_MS;
  reading.happenedAtMs += more & EARLIER ? -sinceMs : sinceMs;
  const { happenedAtMs, newestMs } = reading;
  reading.gapMs = more & GAP ? readVarint(reading) : usualGap(kind, newestMs, happenedAtMs);
  if (stepsModels(kind)) reading.newestMs = Math.max(newestMs, happenedAtMs);
}

/** The event that was read last. */
export function eventIn(reading: Reading): RecentEvent {
  const { bytes, place, happenedAtMs, kind, fractionPlayed, gapMs, sessionStart } = reading;
  return {
    track: trackAt(bytes, reading.trackAt),
    happenedAtMs,
    kind,
    fractionPlayed,
    gapMs,
    sessionStart,
    context: contextOf(place)!,
    shuffle: (place & SHUFFLE) !== 0,
  };
}

/** The room that an event never outgrows, in bytes. */
export const EVENT_BYTES_MAX = HASH_BYTES + 3 + 2 * VARINT_BYTES_MAX;

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

/** Throws where a time is no remembered one. */
export function stepsOf(timeMs: number): number {
  const steps = timeMs / TIME_STEP_MS;
  assert(Number.isInteger(steps), "a remembered time is in quarter seconds");
  return steps;
}

function usualGap(kind: EventKind, newestMs: number, happenedAtMs: number): number {
  return stepsModels(kind) ? gapSince(newestMs, happenedAtMs) : 0;
}

function placeOf({ context, shuffle }: RecentEvent): number {
  return CONTEXT_KINDS.indexOf(context) | (shuffle ? SHUFFLE : 0);
}

function contextOf(place: number): ContextKind | undefined {
  return CONTEXT_KINDS[place & ~SHUFFLE];
}

function readPlace(cursor: Cursor): number {
  const place = readByte(cursor);
  if (contextOf(place) === undefined) throw badRecent("have an unknown play context");
  return place;
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
