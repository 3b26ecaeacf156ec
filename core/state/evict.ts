import { packedEvents, unpackedEvents } from "./recent-events.ts";
import type { History, StoredRecord } from "./stored-record.ts";

/** The newest events that an evicted record keeps. Another bundle cannot read a hidden state of
 *  this one: without any, whoever stays away would be a stranger to the next bundle. */
export const EVICTED_RECENT_EVENTS = 8;

/** The record as it counts where all who were last heard before `idleBeforeMs` are idle,
 *  milliseconds since 1970-01-01 UTC: of an idle listener the long-term part alone, any other as it
 *  is. The long-term part is the long model's hidden state, the newest few events, what was
 *  disliked, all counts, and what an event is known again by. The next event begins a session.
 *
 *  Every reading of a record goes through here, with what the partition's position says, so whether
 *  the bytes on the disk have been evicted yet is never seen. Evicting again changes nothing, be it
 *  with the same time or a later one. */
export function evicted(record: StoredRecord, idleBeforeMs: number | undefined): StoredRecord {
  if (!isIdle(record, idleBeforeMs)) return record;
  const { short, ...hidden } = record.hidden;
  const kept = longTermPart(record);
  return kept === record && short === undefined ? record : { ...kept, hidden };
}

/** The same for what is decided before the models step. */
export function evictedHistory(history: History, idleBeforeMs: number | undefined): History {
  return isIdle(history, idleBeforeMs) ? longTermPart(history) : history;
}

/** Whether of a listener who was heard only the long-term part is left. */
export function isEvicted({ steps, sessionSteps }: Pick<History, "steps" | "sessionSteps">) {
  return steps > 0 && sessionSteps === 0;
}

function isIdle(history: History, idleBeforeMs: number | undefined): boolean {
  if (idleBeforeMs === undefined) return false;
  const { lastEventAtMs, recent } = history;
  // What is only noted steps no model, and so leaves the time of the last step.
  return Math.max(lastEventAtMs, recent.end.happenedAtMs) < idleBeforeMs;
}

function longTermPart<Kept extends History>(history: Kept): Kept {
  const { session, sessionSteps, recent } = history;
  const isDone =
    session === undefined && sessionSteps === 0 && recent.count <= EVICTED_RECENT_EVENTS;
  if (isDone) return history;
  return {
    ...history,
    session: undefined,
    sessionSteps: 0,
    recent: packedEvents(unpackedEvents(recent).slice(-EVICTED_RECENT_EVENTS)),
  };
}
