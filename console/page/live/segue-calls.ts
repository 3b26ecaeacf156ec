import { call } from "../wire/call.ts";
import type {
  Listener,
  LogPosition,
  NextTracks,
  Published,
  RecommendedTrack,
  Taste,
} from "../wire/messages.ts";
import {
  type Act,
  KNOWN_TRACKS,
  type ListWishes,
  type PlayerState,
  SHOWN_TRACKS,
  TRACK_MS,
} from "./player-state.ts";

const PATH_STEPS = 14;
const IDLE_TIMEOUT_MS = 30 * 60_000;
const KINDS: Readonly<Record<Act | "started", string>> = {
  started: "EVENT_KIND_STARTED",
  skipped: "EVENT_KIND_SKIPPED",
  finished: "EVENT_KIND_FINISHED",
  liked: "EVENT_KIND_LIKED",
};

/** The listener's session, where it goes on; else one that begins now. */
export async function sessionFor(listener: string): Promise<string | undefined> {
  const known = await call<Listener>("Recommender/GetListener", { listener });
  const goesOn = known.known && Date.now() - Number(known.lastEventAtMs) < IDLE_TIMEOUT_MS;
  if (!goesOn) return newSession();
  return known.session === "" ? undefined : known.session;
}

export function newSession(): string {
  return `page-${Date.now().toString(36)}`;
}

interface AskedOf {
  readonly atLeast?: LogPosition;
  readonly without?: string | undefined;
}

export function askNext(listener: string, state: PlayerState, asked: AskedOf): Promise<NextTracks> {
  return call("Recommender/NextTracks", requestOf(listener, state, asked));
}

/** What the page asks for. It names no filter and no rules where nobody wished for any: a list
 *  that is held to rules, be they empty, is picked track by track, which takes far longer. */
export function requestOf(
  listener: string,
  state: PlayerState,
  { atLeast, without }: AskedOf,
): object {
  const excluded = state.excluded.map(({ track }) => track);
  const { filter, onePerArtist, unheardOnly } = state.wishes;
  return {
    listener,
    ...(state.session === undefined ? {} : { session: state.session }),
    k: KNOWN_TRACKS,
    ...(state.blend === undefined ? {} : { blend: state.blend }),
    excludeTracks: without === undefined ? excluded : [...excluded, without],
    excludeHeard: state.excludeHeard,
    ...(filter === "" ? {} : { filter }),
    ...(onePerArtist || unheardOnly ? { rules: rulesOf(state.wishes) } : {}),
    ...(atLeast === undefined ? {} : { atLeast }),
    withDetails: true,
    withSkipProbability: true,
  };
}

function rulesOf({ onePerArtist, unheardOnly }: ListWishes): object {
  return {
    ...(onePerArtist ? { perArtist: { tracksMax: 1 } } : {}),
    ...(unheardOnly ? { unheardShareMin: 1 } : {}),
  };
}

/** With the places of the tracks on show and of the one that plays. */
export function askTaste(listener: string, { next, current }: PlayerState): Promise<Taste> {
  const shown = next?.tracks.slice(0, SHOWN_TRACKS).map(({ track }) => track) ?? [];
  const tracks = current === undefined ? shown : [current.track, ...shown];
  return call("Console/GetTaste", { listener, steps: PATH_STEPS, tracks });
}

export async function publish(
  listener: string,
  { track }: RecommendedTrack,
  happened: {
    readonly act: Act | "started";
    readonly playedMs: number;
    readonly session: string | undefined;
    readonly recommendationId: string;
  },
): Promise<LogPosition> {
  const { act, playedMs, session, recommendationId } = happened;
  const event = {
    eventId: crypto.randomUUID(),
    listener,
    ...(session === undefined ? {} : { session }),
    track,
    happenedAtMs: Date.now(),
    kind: KINDS[act],
    playedMs: Math.round(playedMs),
    trackMs: TRACK_MS,
    context: { kind: "PLAY_CONTEXT_KIND_RECOMMENDATION" },
    device: "page",
    recommendationId,
  };
  return (await call<Published>("EventGateway/Publish", { event })).position;
}
