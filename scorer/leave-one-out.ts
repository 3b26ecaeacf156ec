import type { ModelName } from "../core/domain/ids.ts";
import { stepsModels } from "../core/domain/listening-event.ts";
import type { Models } from "../core/state/advance.ts";
import type { ListenerRecord, RecentEvent } from "../core/state/listener-record.ts";
import { replayBranches, type States } from "./replay-branches.ts";

/** A listener as they would be without one of their events. */
export interface WithoutEvent {
  readonly event: RecentEvent;
  readonly record: ListenerRecord;
}

export interface LeftOut {
  /** Of the last events, each left out once; the oldest first. */
  readonly without: readonly WithoutEvent[];
  /** Whether a replay with all events ends in the record's own hidden states. */
  readonly exact: boolean;
}

/** Replays a record's last `eventsMax` stepped events without each one of them, all in one batched
 *  call, from a state before the first of them.
 *
 *  A record's hidden state also carries on what it has forgotten. So a replay's difference from
 *  the replay with all events is what moves the real state: it is exact where nothing was forgotten
 *  that a model still carries on, as of the short-term one wherever the session's start is
 *  remembered. */
export async function leaveOneOut(
  models: Models,
  record: ListenerRecord,
  eventsMax: number,
): Promise<LeftOut> {
  const steps = stepped(record.recent);
  const first = Math.max(0, steps.length - eventsMax);
  const { hidden, from } = beginningOf(record, { steps, first });
  const { idle_timeout_ms: idleTimeoutMs } = models.bundle.manifest;
  const without = steps.slice(first).map((event) => withoutEvent(record, event, idleTimeoutMs));
  const [trunk, ...branches] = [record, ...without].map(({ recent }) =>
    stepped(recent).slice(from),
  );
  const [full, ...others] = await replayBranches(models, { hidden, trunk: trunk!, branches });
  const exact = Object.entries(full!).every(([name, values]) =>
    values.every((value, at) => value === record.hidden[name as ModelName]?.[at]),
  );
  const way = (to: States) => moved(record.hidden, { from: full!, to });
  return {
    exact,
    without: without.map((left, at) => ({
      event: steps[first + at]!,
      record: { ...left, hidden: way(others[at]!) },
    })),
  };
}

function stepped(recent: readonly RecentEvent[]): readonly RecentEvent[] {
  return recent.filter(({ kind }) => stepsModels(kind));
}

const NO_STATES: States = {};

interface Place {
  readonly steps: readonly RecentEvent[];
  readonly first: number;
}

/** The step that all replays begin with, and the state before it. Where that can only be guessed,
 *  since a model carries on what was forgotten, the state of now is the cheapest guess and a near
 *  one. */
function beginningOf(
  record: ListenerRecord,
  { steps, first }: Place,
): { readonly hidden: States; readonly from: number } {
  const isForgotten = record.steps > steps.length;
  const begins = steps.slice(first).some(({ sessionStart }) => sessionStart);
  if (isForgotten && begins) return { hidden: record.hidden, from: first };
  return { hidden: NO_STATES, from: 0 };
}

/** The record but for its hidden states. The event after the one that is left out comes after a
 *  longer silence, and begins the session where that one did or where the silence does. */
function withoutEvent(
  record: ListenerRecord,
  event: RecentEvent,
  idleTimeoutMs: number,
): ListenerRecord {
  const steps = stepped(record.recent);
  const place = steps.indexOf(event);
  const [before, after] = [steps[place - 1], steps[place + 1]];
  const others = record.recent.filter((other) => other !== event);
  if (after === undefined) {
    return {
      ...record,
      recent: others,
      steps: record.steps - 1,
      // A session of this event alone would not have begun.
      sessionSteps: event.sessionStart ? 0 : record.sessionSteps,
      lastEventAtMs: before?.happenedAtMs ?? 0,
    };
  }
  // Only the first event of all comes after no time.
  const isFirst = place === 0 && event.gapMs === 0;
  const gapMs = isFirst ? 0 : event.gapMs + after.gapMs;
  const cut = record.session === undefined && gapMs > idleTimeoutMs;
  const later = { ...after, gapMs, sessionStart: event.sessionStart || after.sessionStart || cut };
  const recent = others.map((other) => (other === after ? later : other));
  return { ...record, recent, steps: record.steps - 1 };
}

/** `states` moved by the way from one replay's end to another's, [H] of each model. */
function moved(states: States, { from, to }: { readonly from: States; readonly to: States }) {
  return Object.fromEntries(
    Object.entries(states).map(([name, state]) => {
      const [start, end] = [from[name as ModelName], to[name as ModelName]];
      if (start === undefined || end === undefined) return [name, state];
      return [name, state.map((value, at) => value + (end[at]! - start[at]!))];
    }),
  );
}
