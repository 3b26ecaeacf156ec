import type { EventFeatures } from "../core/bundle/features.ts";
import { CONTEXT_KINDS, EVENT_KINDS, UNWANTED_KINDS } from "../core/domain/listening-event.ts";

/** What the models hear of each event beside its track, a column for each part. */
export interface FeatureColumns {
  /** Indices into `EVENT_KINDS`. */
  readonly kind: Uint8Array;
  readonly fractionPlayed: Float32Array;
  readonly gapMs: Float64Array;
  /** 1 for the first event of its session. */
  readonly sessionStart: Uint8Array;
  /** Indices into `CONTEXT_KINDS`. */
  readonly context: Uint8Array;
  readonly shuffle: Uint8Array;
}

/** In shared memory, so that several workers read one copy. */
export function newFeatureColumns(events: number): FeatureColumns {
  return {
    kind: sharedBytes(events),
    fractionPlayed: new Float32Array(new SharedArrayBuffer(4 * events)),
    gapMs: new Float64Array(new SharedArrayBuffer(8 * events)),
    sessionStart: sharedBytes(events),
    context: sharedBytes(events),
    shuffle: sharedBytes(events),
  };
}

export function sharedIntegers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function storeFeatures(columns: FeatureColumns, event: number, heard: EventFeatures): void {
  columns.kind[event] = EVENT_KINDS.indexOf(heard.kind);
  columns.fractionPlayed[event] = heard.fractionPlayed;
  columns.gapMs[event] = heard.gapMs;
  columns.sessionStart[event] = heard.sessionStart ? 1 : 0;
  columns.context[event] = CONTEXT_KINDS.indexOf(heard.context);
  columns.shuffle[event] = heard.shuffle ? 1 : 0;
}

export function loadFeatures(columns: FeatureColumns, event: number): EventFeatures {
  return {
    kind: EVENT_KINDS[columns.kind[event]!]!,
    fractionPlayed: columns.fractionPlayed[event]!,
    gapMs: columns.gapMs[event]!,
    sessionStart: columns.sessionStart[event] === 1,
    context: CONTEXT_KINDS[columns.context[event]!]!,
    shuffle: columns.shuffle[event] === 1,
  };
}

const UNWANTED = new Set(Array.from(UNWANTED_KINDS, (kind) => EVENT_KINDS.indexOf(kind)));

/** Whether the event's kind is one of `UNWANTED_KINDS`. */
export function isUnwanted(columns: FeatureColumns, event: number): boolean {
  return UNWANTED.has(columns.kind[event]!);
}
