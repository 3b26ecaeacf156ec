import { RECENT_EVENTS_MAX, type RecentEvent } from "./listener-record.ts";
import { badRecent } from "./recent-bytes.ts";
import {
  type Before,
  beforeFirst,
  EVENT_BYTES_MAX,
  eventIn,
  type Reading,
  readingFrom,
  readOn,
  stepsOf,
  writeEvent,
} from "./recent-codec.ts";
import { TIME_STEP_MS } from "./remembered.ts";
import {
  type Cursor,
  readVarint,
  unzigzag,
  VARINT_BYTES_MAX,
  writeVarint,
  zigzag,
} from "./varint.ts";

/** A listener's recent events, oldest first, in the bytes that a record holds. Hearing an event
 *  needs none of them but the new one as an object, and objects of all of them would be a third of
 *  all that it leaves on the heap. Values, never changed. */
export interface RecentEvents {
  readonly count: number;
  /** When the oldest happened; 0 where there is none. */
  readonly firstAtMs: number;
  /** See `writeEvent`. */
  readonly bytes: Buffer;
  /** What there is before the next one. */
  readonly end: Readonly<Before>;
}

export const NO_RECENT_EVENTS: RecentEvents = {
  count: 0,
  firstAtMs: 0,
  bytes: Buffer.alloc(0),
  end: beforeFirst(0),
};

/** The newest `RECENT_EVENTS_MAX` of them. */
export function packedEvents(events: readonly RecentEvent[]): RecentEvents {
  return events.reduce(withEvent, NO_RECENT_EVENTS);
}

export function unpackedEvents(recent: RecentEvents): RecentEvent[] {
  const reading = readingOf(recent);
  return Array.from({ length: recent.count }, () => {
    readOn(reading);
    return eventIn(reading);
  });
}

/** When the event at `place` happened, the oldest at 0. */
export function happenedAtMs(recent: RecentEvents, place: number): number {
  const reading = readingOf(recent);
  for (let passed = 0; passed <= place; passed++) readOn(reading);
  return reading.happenedAtMs;
}

/** The events with one more, without the oldest where there are too many. */
export function withEvent(recent: RecentEvents, event: RecentEvent): RecentEvents {
  const kept = recent.count < RECENT_EVENTS_MAX ? recent : withoutOldest(recent);
  const firstAtMs = kept.count === 0 ? event.happenedAtMs : kept.firstAtMs;
  const end = kept.count === 0 ? beforeFirst(firstAtMs) : { ...kept.end };
  const start = kept.bytes.copy(ROOM);
  const bytes = copyOf(ROOM, 0, writeEvent(ROOM, start, event, end));
  return { count: kept.count + 1, firstAtMs, bytes, end };
}

/** An event's bytes say what is new since those before it, so the next one is written anew, and so
 *  are others until what they follow is what they followed before. */
function withoutOldest(recent: RecentEvents): RecentEvents {
  const reading = readingOf(recent);
  readOn(reading);
  const count = recent.count - 1;
  readOn(reading);
  const firstAtMs = reading.happenedAtMs;
  const before = beforeFirst(firstAtMs);
  let at = writeEvent(ROOM, 0, eventIn(reading), before);
  let written = 1;
  for (; written < count && !isSame(before, reading); written++) {
    readOn(reading);
    at = writeEvent(ROOM, at, eventIn(reading), before);
  }
  at += recent.bytes.copy(ROOM, at, reading.at);
  const end = written < count ? recent.end : before;
  return { count, firstAtMs, bytes: copyOf(ROOM, 0, at), end };
}

/** Where events are put together before their length is known. */
const ROOM = Buffer.allocUnsafe(RECENT_EVENTS_MAX * EVENT_BYTES_MAX);

/** Writes the recent events of a record of format 3: where there are any, first the time of the
 *  oldest less that of the record's newest event that stepped, in quarter seconds: zigzag, varint.
 *  Then each event, see `writeEvent`. Returns the index after them. */
export function writeRecent(
  bytes: Buffer,
  start: number,
  { recent, lastEventAtMs }: Remembered,
): number {
  if (recent.count === 0) return start;
  const base = stepsOf(recent.firstAtMs) - wholeSteps(lastEventAtMs);
  const at = writeVarint(bytes, start, zigzag(base));
  return at + recent.bytes.copy(bytes, at);
}

export interface Remembered {
  readonly recent: RecentEvents;
  readonly lastEventAtMs: number;
}

/** The inverse of `writeRecent`; the events end where `bytes` end. Throws `bad_record`. */
export function readRecent(
  cursor: Cursor,
  { count, lastEventAtMs }: { readonly count: number; readonly lastEventAtMs: number },
): RecentEvents {
  const { bytes } = cursor;
  const base = count === 0 ? 0 : unzigzag(readVarint(cursor)) + wholeSteps(lastEventAtMs);
  const start = cursor.at;
  const firstAtMs = TIME_STEP_MS * base;
  const reading = readingFrom(cursor, firstAtMs);
  for (let read = 0; read < count; read++) readOn(reading);
  if (reading.at !== bytes.length) throw badRecent("do not end where the record ends");
  if (count === 0) return NO_RECENT_EVENTS;
  const { happenedAtMs, newestMs, place } = reading;
  const end = { happenedAtMs, newestMs, place };
  return { count, firstAtMs, bytes: copyOf(bytes, start, bytes.length), end };
}

/** The room that `recent` takes at most in a record, in bytes. */
export function recentBytesMax(recent: RecentEvents): number {
  return VARINT_BYTES_MAX + recent.bytes.length;
}

function readingOf({ bytes, firstAtMs }: RecentEvents): Reading {
  return readingFrom({ bytes, at: 0 }, firstAtMs);
}

function isSame(one: Before, other: Before): boolean {
  return (
    one.happenedAtMs === other.happenedAtMs &&
    one.newestMs === other.newestMs &&
    one.place === other.place
  );
}

function wholeSteps(timeMs: number): number {
  return Math.floor(timeMs / TIME_STEP_MS);
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}
