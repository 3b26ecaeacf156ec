import type { Offset, Partition } from "../domain/ids.ts";
import type { ListeningEvent } from "../domain/listening-event.ts";
import { evicted, evictedHistory } from "./evict.ts";
import { type Heard, type HeardAt, type HearRules, hear, type Verdict } from "./hear.ts";
import type { RecentEvent } from "./listener-record.ts";
import type { History, StoredRecord } from "./stored-record.ts";

/** One listener while a batch is applied: what was stored, what was decided since, and the
 *  events that the models have yet to step. `advance` makes records of drafts. */
export interface Draft {
  /** Undefined for a listener who was never heard. */
  before: StoredRecord | undefined;
  history: History | undefined;
  readonly steps: RecentEvent[];
}

export function draftOf(before: StoredRecord | undefined): Draft {
  return { before, history: before, steps: [] };
}

/** Leaves of a listener who is idle the long-term part, as a sequential replay meets them there;
 *  see `evict.ts`. */
export function evictIdle(draft: Draft, idleBeforeMs: number | undefined): void {
  const { before, history } = draft;
  if (history === undefined || idleBeforeMs === undefined) return;
  if (history !== before) {
    draft.history = evictedHistory(history, idleBeforeMs);
    return;
  }
  draft.before = evicted(before, idleBeforeMs);
  draft.history = draft.before;
}

/** Hears one event of the log. */
export function hearInto(
  draft: Draft,
  event: ListeningEvent,
  at: HeardAt,
  rules: HearRules,
): Heard {
  const heard = hear(draft.history, event, at, rules);
  if (heard.verdict === "step" || heard.verdict === "note") {
    draft.history = heard.history;
    if (heard.verdict === "step") draft.steps.push(heard.recent);
  }
  return heard;
}

/** Hears one event that the log does not hold yet, as if it came next. */
export function hearPending(draft: Draft, event: ListeningEvent, rules: HearRules): Verdict {
  const { partition, epoch, heardOffset } = draft.history ?? FIRST_HEARD;
  const at = { partition, epoch, offset: (heardOffset + 1) as Offset };
  return hearInto(draft, event, at, rules).verdict;
}

const FIRST_HEARD = { partition: 0 as Partition, epoch: 0, heardOffset: -1 as Offset };
