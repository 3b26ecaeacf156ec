import type { EventId, ListenerId, SessionId, TrackId } from "../core/domain/ids.ts";
import type { EventKind, ListeningEvent } from "../core/domain/listening-event.ts";
import { type Random, seededRandom } from "../trainer/random.ts";

export interface ListeningSizes {
  readonly tracks: number;
  readonly listeners: number;
  readonly sessionsEach: number;
  /** Events in a session, on average. */
  readonly sessionEvents: number;
}

const BEGAN_AT_MS = Date.UTC(2024, 0, 1, 18);
const DAY_MS = 24 * 60 * 60 * 1000;
/** Sessions begin within so long of each evening's first. */
const EVENING_MS = 4 * 60 * 60 * 1000;
const TRACK_MS = 210_000;

/** Evenings of listening, in the order in which they happen: every listener has one session an
 *  evening, tracks come by Zipf's law, three in ten are skipped. The same sizes, the same
 *  events. */
export function eveningsOfListening(sizes: ListeningSizes): ListeningEvent[] {
  return [...eveningsInParts(sizes, sizes.listeners)]
    .flat()
    .sort((left, right) => left.happenedAtMs - right.happenedAtMs);
}

/** The same listening in parts that fit into memory: an evening of `partListeners` listeners after
 *  the other, each in the order in which it happens. */
export function* eveningsInParts(
  sizes: ListeningSizes,
  partListeners: number,
): Generator<ListeningEvent[]> {
  const random = seededRandom(1, "listening");
  for (let evening = 0; evening < sizes.sessionsEach; evening++) {
    for (let first = 0; first < sizes.listeners; first += partListeners) {
      const end = Math.min(first + partListeners, sizes.listeners);
      const events: ListeningEvent[] = [];
      for (let listener = first; listener < end; listener++) {
        addSession(events, random, { sizes, listener, evening });
      }
      yield events.sort((left, right) => left.happenedAtMs - right.happenedAtMs);
    }
  }
}

function addSession(
  events: ListeningEvent[],
  random: Random,
  { sizes, listener, evening }: Pick<Place, "sizes" | "listener"> & { readonly evening: number },
): void {
  const startMs = BEGAN_AT_MS + evening * DAY_MS + Math.floor(random() * EVENING_MS);
  const session = `session-${evening}-${listener}` as SessionId;
  const length = 1 + Math.floor(random() * (2 * sizes.sessionEvents - 1));
  let atMs = startMs;
  for (let place = 0; place < length; place++) {
    const event = eventAt(random, { sizes, listener, session, place, atMs });
    events.push(event);
    atMs += event.playedMs ?? 0;
  }
}

interface Place {
  readonly sizes: ListeningSizes;
  readonly listener: number;
  readonly session: SessionId;
  readonly place: number;
  readonly atMs: number;
}

function eventAt(random: Random, { sizes, listener, session, place, atMs }: Place): ListeningEvent {
  const kind = kindOf(random());
  return {
    eventId: `${session}-${place}` as EventId,
    listener: `listener-${listener}` as ListenerId,
    session,
    track: `track-${zipfRank(random, sizes.tracks)}` as TrackId,
    happenedAtMs: atMs,
    kind,
    playedMs: kind === "skipped" ? Math.floor(random() * 60_000) : TRACK_MS,
    trackMs: TRACK_MS,
    contextKind: "playlist",
    contextId: `playlist-${Math.floor(random() * 5000)}`,
    shuffle: random() < 0.5,
    device: "phone",
    recommendationId: "",
  };
}

function kindOf(uniform: number): EventKind {
  if (uniform < 0.65) return "finished";
  return uniform < 0.95 ? "skipped" : "liked";
}

/** A rank from 0 on, drawn with a chance of nearly 1 / (rank + 1): the logarithm is uniform. */
function zipfRank(random: Random, count: number): number {
  return Math.floor((count + 1) ** random()) - 1;
}
