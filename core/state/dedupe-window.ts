import type { EventHash } from "../domain/ids.ts";
import { DEDUPE_EVENTS_LEAST, DEDUPE_EVENTS_MAX } from "./listener-record.ts";
import { happenedAtMs, type RecentEvents } from "./recent-events.ts";
import { TIME_STEP_MS } from "./remembered.ts";

/** What says which ids need not be known any more. */
export interface Heard {
  /** The events heard, the one of the newest id last. */
  readonly recent: RecentEvents;
  /** Of the newest event that stepped; 0 before there was one. */
  readonly lastEventAtMs: number;
  readonly lateToleranceMs: number;
}

/** The dedupe window after an event: the ids before it and its own, but for the oldest of those
 *  whose events are so old by now that a duplicate of them would be late. A producer's retry
 *  repeats an event with its time, so it is dropped either way; a player that gives it another time
 *  is caught by the newest `DEDUPE_EVENTS_LEAST`. */
export function windowAfter(
  before: readonly EventHash[],
  id: EventHash,
  { recent, lastEventAtMs, lateToleranceMs }: Heard,
): readonly EventHash[] {
  const length = before.length + 1;
  const lateBeforeMs = lastEventAtMs - lateToleranceMs;
  // Ids and remembered events end at the same one. An event that is forgotten was heard before all
  // of those, none of which was late then: it is younger than the oldest by the tolerance at most.
  const youngest = (at: number): number => {
    const place = recent.count - length + at;
    const rest = place < 0 ? lateToleranceMs : 0;
    return happenedAtMs(recent, Math.max(0, place)) + TIME_STEP_MS - 1 + rest;
  };
  let from = Math.max(0, length - DEDUPE_EVENTS_MAX);
  while (length - from > DEDUPE_EVENTS_LEAST && youngest(from) < lateBeforeMs) from++;
  return [...before.slice(from), id];
}
