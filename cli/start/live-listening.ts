import type { EventId, ListenerId, SessionId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { EventLog } from "../../core/log/event-log.ts";
import { readLogFolder, readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { appendEvents } from "../log-target.ts";
import { pause } from "../stop-signal.ts";

const APPEND_EVENTS_MAX = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The last days of a world's listening, moved in time so that its last event happens now. */
export async function recentListening(
  worldFolder: string,
  days: number,
  nowMs: number,
): Promise<ListeningEvent[]> {
  const { last_at_ms: lastAtMs } = await readLogHeader(worldFolder);
  const moved: ListeningEvent[] = [];
  for await (const event of readLogFolder(worldFolder)) {
    if (event.happenedAtMs < lastAtMs - days * DAY_MS) continue;
    moved.push({ ...event, happenedAtMs: event.happenedAtMs + Math.floor(nowMs - lastAtMs) });
  }
  return moved;
}

/** Appends `events` as fast as the log takes them. */
export async function appendHistory(log: EventLog, events: readonly ListeningEvent[]) {
  for (let start = 0; start < events.length; start += APPEND_EVENTS_MAX) {
    await appendEvents(log, events.slice(start, start + APPEND_EVENTS_MAX));
  }
}

/** Goes on listening until `signal` is raised: `events` again and again, one every `pauseMs`, each
 *  as if it happened now, in sessions of its own. `quiet` is left alone. */
export async function keepListening(
  log: EventLog,
  events: readonly ListeningEvent[],
  options: {
    readonly pauseMs: number;
    readonly quiet: ListenerId;
    readonly clock: () => number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { pauseMs, quiet, clock, signal } = options;
  const others = events.filter(({ listener }) => listener !== quiet);
  const run = `live-${clock().toString(36)}`;
  for (let count = 0; !signal.aborted && others.length > 0; count++) {
    const event = others[count % others.length]!;
    const round = `${run}-${Math.floor(count / others.length)}`;
    const live: ListeningEvent = {
      ...event,
      eventId: `${run}-${count}` as EventId,
      session: event.session && (`${round}-${event.session}` as SessionId),
      happenedAtMs: clock(),
    };
    await appendEvents(log, [live]);
    await pause(pauseMs, signal);
  }
}
