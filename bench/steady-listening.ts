import type { EventId, ListenerId, SessionId, TrackId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";

const BEGAN_AT_MS = Date.UTC(2024, 0, 1, 18);
const TRACK_MS = 210_000;
const TRACKS = 5_000;
const SESSION_EVENTS = 10;

/** The name of a listener; all names are equally long. */
export function steadyListener(place: number): ListenerId {
  return `listener-${String(place).padStart(8, "0")}` as ListenerId;
}

/** Event number `event` of a listener who never stops: a track every 210 s, ten to a session, every
 *  third one skipped. */
export function steadyEvent(place: number, event: number): ListeningEvent {
  const listener = steadyListener(place);
  const isSkipped = event % 3 === 0;
  return {
    eventId: `${listener}-${event}` as EventId,
    listener,
    session: `session-${Math.floor(event / SESSION_EVENTS)}-${place}` as SessionId,
    track: `track-${(place * 31 + event * 17) % TRACKS}` as TrackId,
    happenedAtMs: BEGAN_AT_MS + event * TRACK_MS,
    kind: isSkipped ? "skipped" : "finished",
    playedMs: isSkipped ? 20_000 + (event % 7) * 1_000 : TRACK_MS,
    trackMs: TRACK_MS,
    contextKind: "playlist",
    contextId: "",
    shuffle: false,
    device: "",
    recommendationId: "",
  };
}
