import type { EventId, ListenerId, TrackId } from "../core/domain/ids.ts";
import { writeLogFolder } from "../core/log-folder/write-log-folder.ts";
import { listeningEvent } from "../trainer/import/log-format.ts";
import { type Random, seededRandom } from "../trainer/random.ts";

/** What a large log holds; `sizeOfLog` gives what services tell of theirs. */
export interface LargeLog {
  readonly events: number;
  readonly listeners: number;
  readonly tracks: number;
}

/** A hundred events of each listener, and a catalogue of which half a million tracks are heard. */
export function sizeOfLog(events: number): LargeLog {
  return {
    events,
    listeners: Math.max(1, Math.round(events / 100)),
    tracks: Math.max(1, Math.min(500_000, Math.round(events / 20))),
  };
}

/** Listeners who are heard at the same time. */
const AT_ONCE = 2000;
const TRACK_MS = 210_000;
const FROM_MS = Date.UTC(2026, 0, 1);
const SESSION_EVENTS = 12;
/** A few listeners and tracks have most of the events. */
const SKEW = { listeners: 1.5, tracks: 3 };

/** Writes a log of that size, an event at a time: thousands of listeners side by side, sessions of
 *  a dozen events, one play in five skipped. Ids are as long as those of services. */
export async function writeLargeLog(folder: string, log: LargeLog, seed: number): Promise<void> {
  const random = seededRandom(seed, "large log");
  const meta = { name: "large", clock: "real", madeBy: { bench: "training-memory" } } as const;
  const writer = await writeLogFolder(folder, meta);
  const heard = Array.from({ length: AT_ONCE }, () => drawn(random, log.listeners, SKEW.listeners));
  for (let number = 0; number < log.events; number++) {
    const place = Math.floor(random() * AT_ONCE);
    if (random() * SESSION_EVENTS < 1) {
      heard[place] = drawn(random, log.listeners, SKEW.listeners);
    }
    const isSkipped = random() < 0.2;
    const event = listeningEvent({
      eventId: `e-${String(number).padStart(12, "0")}` as EventId,
      listener: `listener-${String(heard[place]).padStart(9, "0")}` as ListenerId,
      track: `track:${String(drawn(random, log.tracks, SKEW.tracks)).padStart(16, "0")}` as TrackId,
      happenedAtMs: FROM_MS + Math.floor((number * TRACK_MS) / AT_ONCE),
      kind: isSkipped ? "skipped" : "finished",
      playedMs: isSkipped ? Math.floor(random() * TRACK_MS) : TRACK_MS,
      trackMs: TRACK_MS,
    });
    await writer.event({ ...event, contextKind: random() < 0.5 ? "playlist" : "album" });
  }
  await writer.close();
}

/** A whole number below `count`, the lower ones more often the higher `skew` is. */
function drawn(random: Random, count: number, skew: number): number {
  return Math.floor(count * random() ** skew);
}
