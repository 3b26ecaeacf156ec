import type { EventFeatures } from "../bundle/features.ts";
import { eventHash, trackHash } from "../domain/hash.ts";
import type { EventHash, Offset, Partition, TrackHash } from "../domain/ids.ts";
import { type EventKind, type ListeningEvent, stepsModels } from "../domain/listening-event.ts";
import { windowAfter } from "./dedupe-window.ts";
import { isEvicted } from "./evict.ts";
import { DISLIKED_TRACKS_MAX, type RecentEvent } from "./listener-record.ts";
import { NO_RECENT_EVENTS, withEvent } from "./recent-events.ts";
import { rememberedTimeMs } from "./remembered.ts";
import { eventFeatures, IDLE_TIMEOUT_MS, startsSession } from "./session-cut.ts";
import type { History } from "./stored-record.ts";

/** Where in the log an event stands. */
export interface HeardAt {
  readonly partition: Partition;
  readonly epoch: number;
  readonly offset: Offset;
}

export interface HearRules {
  /** See `session-cut.ts`. */
  readonly idleTimeoutMs: number;
  /** An event that happened longer than this before the listener's newest one is dropped. */
  readonly lateToleranceMs: number;
}

export const HEAR_RULES: HearRules = {
  idleTimeoutMs: IDLE_TIMEOUT_MS,
  lateToleranceMs: 10 * 60 * 1000,
};

/** What becomes of an event. Dropped events change nothing, not even the offset heard, so that a
 *  listener's record is the same bytes whether and however often they come. */
export type Heard =
  /** `replayed`: at or below the offset heard. `duplicate`: its id is in the dedupe window.
   *  `late`: beyond the tolerance. */
  | { readonly verdict: "replayed" | "duplicate" | "late" }
  /** `step`: the models step on `recent`. `note`: it is remembered, and the models, the session and
   *  the listener's clock stay, so that a player may report starts or not. */
  | { readonly verdict: "step" | "note"; readonly history: History; readonly recent: RecentEvent };
export type Verdict = Heard["verdict"];

/** Decides what one event does to one listener. An event within the tolerance is heard in log order
 *  with a gap of 0, and the newest event's time stays. Pure: neither clock nor models. */
export function hear(
  history: History | undefined,
  event: ListeningEvent,
  at: HeardAt,
  rules: HearRules = HEAR_RULES,
): Heard {
  if (history !== undefined && wasHeard(history, at)) return { verdict: "replayed" };
  const id = eventHash(event.eventId);
  if (history?.heardEvents.includes(id)) return { verdict: "duplicate" };
  const previous = history !== undefined && history.steps > 0 ? history : undefined;
  if (previous && event.happenedAtMs < previous.lastEventAtMs - rules.lateToleranceMs) {
    return { verdict: "late" };
  }
  if (!stepsModels(event.kind)) return note(history, event, { id, at, rules });
  const next = { session: event.session, atMs: event.happenedAtMs };
  // An evicted listener's session is over, whatever the player calls it.
  const isBack = previous !== undefined && isEvicted(previous);
  const sessionStart = isBack || startsSession(previous, next, rules.idleTimeoutMs);
  const recent = recentOf(event, eventFeatures(previous, event, sessionStart));
  const lastEventAtMs = Math.max(previous?.lastEventAtMs ?? 0, event.happenedAtMs);
  return {
    verdict: "step",
    recent,
    history: {
      ...heardUpTo(at),
      ...remember(history, recent, { id, lastEventAtMs, rules }),
      lastEventAtMs,
      session: sessionStart ? event.session : previous?.session,
      sessionSteps: sessionStart ? 1 : (previous?.sessionSteps ?? 0) + 1,
      steps: (previous?.steps ?? 0) + 1,
    },
  };
}

function wasHeard(history: History, at: HeardAt): boolean {
  // A listener changes partition only when partitions are added; offsets then start over.
  return (
    history.partition === at.partition &&
    history.epoch === at.epoch &&
    at.offset <= history.heardOffset
  );
}

function heardUpTo(at: HeardAt): Pick<History, "partition" | "epoch" | "heardOffset"> {
  return { partition: at.partition, epoch: at.epoch, heardOffset: at.offset };
}

interface Hearing {
  readonly id: EventHash;
  readonly at: HeardAt;
  readonly rules: HearRules;
}

function note(
  history: History | undefined,
  event: ListeningEvent,
  { id, at, rules }: Hearing,
): Heard {
  const recent = recentOf(event, eventFeatures(undefined, event, false));
  const lastEventAtMs = history?.lastEventAtMs ?? 0;
  return {
    verdict: "note",
    recent,
    history: {
      ...heardUpTo(at),
      ...remember(history, recent, { id, lastEventAtMs, rules }),
      lastEventAtMs,
      session: history?.session,
      sessionSteps: history?.sessionSteps ?? 0,
      steps: history?.steps ?? 0,
    },
  };
}

function recentOf(event: ListeningEvent, features: EventFeatures): RecentEvent {
  const happenedAtMs = rememberedTimeMs(event.happenedAtMs);
  return { track: trackHash(event.track), happenedAtMs, ...features };
}

function remember(
  history: History | undefined,
  event: RecentEvent,
  { id, lastEventAtMs, rules }: Omit<Hearing, "at"> & { readonly lastEventAtMs: number },
): Pick<History, "recent" | "heardEvents" | "disliked"> {
  const recent = withEvent(history?.recent ?? NO_RECENT_EVENTS, event);
  const { lateToleranceMs } = rules;
  return {
    recent,
    heardEvents: windowAfter(history?.heardEvents ?? [], id, {
      recent,
      lastEventAtMs,
      lateToleranceMs,
    }),
    disliked: dislikedAfter(history?.disliked ?? [], event.track, event.kind),
  };
}

function dislikedAfter(
  disliked: readonly TrackHash[],
  track: TrackHash,
  kind: EventKind,
): readonly TrackHash[] {
  if (kind !== "liked" && kind !== "disliked") return disliked;
  const others = disliked.filter((other) => other !== track);
  return kind === "liked" ? others : appended(others, track, DISLIKED_TRACKS_MAX);
}

function appended<T>(list: readonly T[], item: T, lengthMax: number): readonly T[] {
  const kept = list.length < lengthMax ? list : list.slice(list.length - lengthMax + 1);
  return [...kept, item];
}
