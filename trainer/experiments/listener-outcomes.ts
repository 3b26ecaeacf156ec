import type { ListenerId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { type ListenerHash, listenerHash } from "../../scorer/experiments/listener-hash.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";
import { joinPlays } from "./join-plays.ts";

/** What one listener did in the window that began with their first list of an experiment. */
export interface ListenerOutcome {
  /** Undefined where their lists are interleaved. */
  readonly arm: string | undefined;
  /** When the window ends, in milliseconds since 1970-01-01 UTC. */
  readonly completeAtMs: number;
  readonly bundles: ReadonlySet<string>;
  /** First pages. */
  lists: number;
  /** Tracks of the lists that were played to their end, and that were skipped. */
  plays: number;
  skips: number;
  /** Listening to tracks of the lists, and to any, in minutes. */
  listedMinutes: number;
  minutes: number;
  /** Plays by the arm that gave the track, of interleaved lists. */
  readonly credits: Map<string, number>;
}

export interface Outcomes {
  /** In order of the ends of their windows; only of those that ended. */
  readonly complete: readonly ListenerOutcome[];
  /** Listeners whose window has not ended, and those who had two arms, who count for none. */
  readonly incomplete: number;
  readonly inTwoArms: number;
  /** Listeners who have a part, through or not, and events of whom there is no list. */
  readonly parts: readonly ArmPart[];
  readonly eventsOfOthers: number;
  /** Events that named their list, and those that were joined by time. */
  readonly joinedByName: number;
  readonly joinedByTime: number;
  /** When the last list was made or the last event happened. */
  readonly untilMs: number;
}

/** An arm, or interleaved lists, by who has it. */
export interface ArmPart {
  readonly arm: string | undefined;
  /** Of all listeners, 0 to 1: what the experiment says at last. */
  readonly share: number;
  readonly listeners: number;
}

export interface OutcomeSettings {
  readonly experiment: string;
  /** Of the listeners' hashes. */
  readonly salt: string;
  /** How long a listener counts, from their first list on. */
  readonly windowMs: number;
  /** A play belongs to a list that was made at most so long before it. */
  readonly withinMs: number;
}

/** Counts what listeners did, each in a window of their own and of one length, so that listeners
 *  are draws of the same kind whenever they came and whenever it is looked. */
export interface OutcomeCount {
  hear(event: ListeningEvent): void;
  outcomes(): Outcomes;
}

interface Counted {
  readonly outcome: ListenerOutcome;
  readonly fromMs: number;
}

const MINUTE_MS = 60_000;

/** `lists` are those of `experiment`; events may come in any order. */
export function countOutcomes(
  lists: readonly LoggedList[],
  { experiment, salt, windowMs, withinMs }: OutcomeSettings,
): OutcomeCount {
  const own = lists.filter((list) => list.experiment?.name === experiment);
  const join = joinPlays(own, { withinMs });
  const { counted, inTwoArms } = openWindows(own, join.listsOf, windowMs);
  const hashes = new Map<ListenerId, ListenerHash>();
  let untilMs = own.reduce((last, { madeAtMs }) => Math.max(last, madeAtMs), 0);
  let [joinedByName, joinedByTime, eventsOfOthers] = [0, 0, 0];

  const hashOf = (listener: ListenerId): ListenerHash => {
    const known = hashes.get(listener) ?? listenerHash(listener, salt);
    hashes.set(listener, known);
    return known;
  };

  function hear(event: ListeningEvent): void {
    untilMs = Math.max(untilMs, event.happenedAtMs);
    const isPlay = event.kind === "finished";
    if (!isPlay && event.kind !== "skipped") return;
    const listener = hashOf(event.listener);
    const found = counted.get(listener);
    if (join.listsOf(listener).length === 0) eventsOfOthers++;
    if (found === undefined || !isWithin(event.happenedAtMs, found)) return;
    const { outcome } = found;
    const minutes = (event.playedMs ?? 0) / MINUTE_MS;
    outcome.minutes += minutes;
    const place = join.placeOf(listener, event);
    if (place === undefined) return;
    if (place.isNamed) joinedByName++;
    else joinedByTime++;
    outcome.listedMinutes += minutes;
    if (isPlay) outcome.plays++;
    else outcome.skips++;
    const arm = place.list.tracks[place.place]!.arm;
    if (isPlay && arm !== undefined) outcome.credits.set(arm, (outcome.credits.get(arm) ?? 0) + 1);
  }

  function outcomes(): Outcomes {
    const all = [...counted.values()].map(({ outcome }) => outcome);
    const complete = all.filter(({ completeAtMs }) => completeAtMs <= untilMs);
    complete.sort((a, b) => a.completeAtMs - b.completeAtMs);
    const incomplete = all.length - complete.length;
    const joined = { joinedByName, joinedByTime, eventsOfOthers };
    const parts = partsOf(own, all);
    return { complete, incomplete, inTwoArms, parts, ...joined, untilMs };
  }

  return { hear, outcomes };
}

function partsOf(
  lists: readonly LoggedList[],
  all: readonly ListenerOutcome[],
): readonly ArmPart[] {
  const shares = new Map(lists.map(({ experiment }) => [experiment?.arm, experiment?.share ?? 0]));
  return [...shares].map(([arm, share]) => {
    return { arm, share, listeners: all.filter((outcome) => outcome.arm === arm).length };
  });
}

function isWithin(atMs: number, { fromMs, outcome }: Counted): boolean {
  return atMs >= fromMs && atMs < outcome.completeAtMs;
}

function openWindows(
  lists: readonly LoggedList[],
  listsOf: (listener: ListenerHash) => readonly LoggedList[],
  windowMs: number,
): { readonly counted: ReadonlyMap<ListenerHash, Counted>; readonly inTwoArms: number } {
  const counted = new Map<ListenerHash, Counted>();
  let inTwoArms = 0;
  for (const listener of new Set(lists.map((list) => list.listener))) {
    const own = listsOf(listener);
    const arms = new Set(own.map(({ experiment }) => experiment?.arm));
    if (arms.size > 1) inTwoArms++;
    else counted.set(listener, openWindow(own, windowMs));
  }
  return { counted, inTwoArms };
}

function openWindow(own: readonly LoggedList[], windowMs: number): Counted {
  const fromMs = own[0]!.madeAtMs;
  const completeAtMs = fromMs + windowMs;
  const within = own.filter(({ madeAtMs }) => madeAtMs < completeAtMs);
  return {
    fromMs,
    outcome: {
      arm: own[0]!.experiment?.arm,
      completeAtMs,
      bundles: new Set(within.map(({ bundle }) => bundle)),
      lists: within.filter(({ firstPage }) => firstPage === undefined).length,
      plays: 0,
      skips: 0,
      listedMinutes: 0,
      minutes: 0,
      credits: new Map(),
    },
  };
}
