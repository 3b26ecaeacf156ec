import type { EventId, ListenerId, TrackId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { listeningEvent } from "../trainer/import/log-format.ts";
import { type Random, seededRandom } from "../trainer/random.ts";

/** Listeners who are heard at the same time. */
const AT_ONCE = 2000;
const TRACK_MS = 210_000;
const FROM_MS = Date.UTC(2026, 0, 1);
const SESSION_EVENTS = 12;
const LISTENER_EVENTS = 100;
/** A catalogue of which half a million tracks are heard, in a log that is long enough. */
const TRACKS_MAX = 500_000;
const TRACK_EVENTS_MIN = 20;
const BLOCK_EVENTS = 1000;

/** A long listening log in order of time, block by block as a log folder's reader gives it:
 *  thousands of listeners side by side, a hundred events each on average, sessions of a dozen, one
 *  play in five skipped. Ids are as long as those of services. */
export function* largeLog(events: number, seed: number): Generator<readonly ListeningEvent[]> {
  const random = seededRandom(seed, "large log");
  const listeners = Math.ceil(events / LISTENER_EVENTS);
  const tracks = Math.min(TRACKS_MAX, Math.ceil(events / TRACK_EVENTS_MIN));
  const heard = Array.from({ length: AT_ONCE }, () => drawListener(random, listeners));
  for (let first = 0; first < events; first += BLOCK_EVENTS) {
    const length = Math.min(BLOCK_EVENTS, events - first);
    yield Array.from({ length }, (_, place) => {
      const one = Math.floor(random() * AT_ONCE);
      if (random() * SESSION_EVENTS < 1) heard[one] = drawListener(random, listeners);
      return drawEvent(random, { number: first + place, listener: heard[one]!, tracks });
    });
  }
}

function drawEvent(
  random: Random,
  at: { readonly number: number; readonly listener: number; readonly tracks: number },
): ListeningEvent {
  const isSkipped = random() < 0.2;
  const track = Math.floor(at.tracks * random() ** TRACK_SKEW);
  return listeningEvent({
    eventId: idOf("event", at.number) as EventId,
    listener: idOf("listener", at.listener) as ListenerId,
    track: idOf("track", track) as TrackId,
    happenedAtMs: FROM_MS + Math.floor((at.number * TRACK_MS) / AT_ONCE),
    kind: isSkipped ? "skipped" : "finished",
    playedMs: isSkipped ? Math.floor(random() * TRACK_MS) : TRACK_MS,
    trackMs: TRACK_MS,
    contextKind: random() < 0.5 ? "playlist" : "album",
  });
}

/** A few tracks and listeners have most of the events. */
const TRACK_SKEW = 3;
const LISTENER_SKEW = 1.5;

function drawListener(random: Random, listeners: number): number {
  return Math.floor(listeners * random() ** LISTENER_SKEW);
}

function idOf(what: string, number: number): string {
  return `${what}:${String(number).padStart(16, "0")}`;
}
