import type { EventFeatures } from "../core/bundle/features.ts";
import { CONTEXT_KINDS, EVENT_KINDS, UNWANTED_KINDS } from "../core/domain/listening-event.ts";

/** What the models hear of each event beside its track, a column for each part: 10 bytes. */
export interface FeatureColumns {
  /** Indices into `EVENT_KINDS`. */
  readonly kind: Uint8Array;
  readonly fractionPlayed: Float32Array;
  /** `GAP_MS_MAX` for every longer one: models hear no difference between gaps beyond 30 days. */
  readonly gapMs: Uint32Array;
  /** Indices into `CONTEXT_KINDS`, with `SESSION_START` and `SHUFFLE` above them. */
  readonly marks: Uint8Array;
}

const GAP_MS_MAX = 2 ** 32 - 1;
const SESSION_START = 0x80;
const SHUFFLE = 0x40;
const CONTEXT = 0x3f;

/** In shared memory, so that several workers read one copy. */
export function newFeatureColumns(events: number): FeatureColumns {
  return {
    kind: sharedBytes(events),
    fractionPlayed: new Float32Array(new SharedArrayBuffer(4 * events)),
    gapMs: new Uint32Array(new SharedArrayBuffer(4 * events)),
    marks: sharedBytes(events),
  };
}

export function sharedIntegers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

export function sharedTimes(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function storeFeatures(columns: FeatureColumns, event: number, heard: EventFeatures): void {
  columns.kind[event] = EVENT_KINDS.indexOf(heard.kind);
  columns.fractionPlayed[event] = heard.fractionPlayed;
  columns.gapMs[event] = Math.min(GAP_MS_MAX, heard.gapMs);
  columns.marks[event] =
    CONTEXT_KINDS.indexOf(heard.context) |
    (heard.sessionStart ? SESSION_START : 0) |
    (heard.shuffle ? SHUFFLE : 0);
}

export function loadFeatures(columns: FeatureColumns, event: number): EventFeatures {
  const marks = columns.marks[event]!;
  return {
    kind: EVENT_KINDS[columns.kind[event]!]!,
    fractionPlayed: columns.fractionPlayed[event]!,
    gapMs: columns.gapMs[event]!,
    sessionStart: (marks & SESSION_START) !== 0,
    context: CONTEXT_KINDS[marks & CONTEXT]!,
    shuffle: (marks & SHUFFLE) !== 0,
  };
}

/** Whether the event is the first of its session. */
export function beginsSession(columns: FeatureColumns, event: number): boolean {
  return (columns.marks[event]! & SESSION_START) !== 0;
}

/** [kinds]: 1 for one of `UNWANTED_KINDS`. */
const UNWANTED = Uint8Array.from(EVENT_KINDS, (kind) => (UNWANTED_KINDS.has(kind) ? 1 : 0));

/** Whether the event's kind is one of `UNWANTED_KINDS`. */
export function isUnwanted(columns: FeatureColumns, event: number): boolean {
  return UNWANTED[columns.kind[event]!] === 1;
}

/** The same columns up to `events`, in the same memory. */
export function firstEvents(columns: FeatureColumns, events: number): FeatureColumns {
  return {
    kind: columns.kind.subarray(0, events),
    fractionPlayed: columns.fractionPlayed.subarray(0, events),
    gapMs: columns.gapMs.subarray(0, events),
    marks: columns.marks.subarray(0, events),
  };
}

/** Copies the events from `start` up to `end` to `target` on, in the same memory. */
export function moveEvents(
  columns: FeatureColumns,
  { start, end }: { readonly start: number; readonly end: number },
  target: number,
): void {
  for (const column of Object.values(columns) as FeatureColumns["kind"][]) {
    column.copyWithin(target, start, end);
  }
}

/** Which parts change from event to event. */
export function varyingParts(
  columns: FeatureColumns,
): Readonly<Record<"kind" | "fractionPlayed" | "gapMs" | "context" | "shuffle", boolean>> {
  const { kind, fractionPlayed, gapMs, marks } = columns;
  return {
    kind: varies(kind),
    fractionPlayed: varies(fractionPlayed),
    gapMs: varies(gapMs),
    context: varies(marks, CONTEXT),
    shuffle: varies(marks, SHUFFLE),
  };
}

function varies(column: Uint8Array | Uint32Array | Float32Array, bits?: number): boolean {
  const first = column[0]!;
  if (bits === undefined) return column.some((value) => value !== first);
  return column.some((value) => (value & bits) !== (first & bits));
}
