import {
  CONTEXT_KINDS,
  type ContextKind,
  EVENT_KINDS,
  type EventKind,
} from "../domain/listening-event.ts";
import { FEATURE_WIDTHS, type FeatureName } from "./manifest.ts";

/** What a model hears of one event beside its track; a record keeps just this much of it. */
export interface EventFeatures {
  readonly kind: EventKind;
  /** 0…1. */
  readonly fractionPlayed: number;
  /** Milliseconds since the listener's previous event, 0 for the first. */
  readonly gapMs: number;
  readonly sessionStart: boolean;
  readonly context: ContextKind;
  readonly shuffle: boolean;
}

const GAP_SCALE = 1 / Math.log1p(30 * 24 * 60 * 60);

/** Writes the parts `names` of `event` into `target` from `at` on; `target` must hold zeros there.
 *  Returns the index after the last one written. */
export function writeFeatures(
  names: readonly FeatureName[],
  event: EventFeatures,
  target: Float32Array,
  at: number,
): number {
  let start = at;
  for (const name of names) {
    if (name === "kind") target[start + EVENT_KINDS.indexOf(event.kind)] = 1;
    else if (name === "context") target[start + CONTEXT_KINDS.indexOf(event.context)] = 1;
    else target[start] = scalarFeature(name, event);
    start += FEATURE_WIDTHS[name];
  }
  return start;
}

function scalarFeature(
  name: Exclude<FeatureName, "kind" | "context">,
  event: EventFeatures,
): number {
  switch (name) {
    case "fraction_played":
      return event.fractionPlayed;
    case "gap":
      return Math.min(1, Math.log1p(Math.max(0, event.gapMs) / 1000) * GAP_SCALE);
    case "session_start":
      return event.sessionStart ? 1 : 0;
    case "shuffle":
      return event.shuffle ? 1 : 0;
  }
}
