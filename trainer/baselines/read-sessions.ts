import type { ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { stepsModels } from "../../core/domain/listening-event.ts";
import { readLogFolder, readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { type PreviousEvent, startsSession } from "../../core/state/session-cut.ts";

/** A log as sessions, one after the other in the order in which they ended. */
export interface SessionLog {
  /** By track index: the most played first, ties by first appearance. */
  readonly trackIds: readonly TrackId[];
  /** [tracks]: events of each track. */
  readonly support: Int32Array;
  /** [events]: track indices, −1 for a track that `trackIds` does not have. */
  readonly track: Int32Array;
  /** [events]: each event's place among all events of the log folder, from 0. */
  readonly place: Int32Array;
  /** [events] */
  readonly happenedAtMs: Float64Array;
  /** [sessions + 1]: the first event of each session, then the number of events. */
  readonly starts: Int32Array;
  /** [sessions]: the listener's silence before the session, NaN where it is their first. */
  readonly awayMs: Float64Array;
  /** Whether the log's times are real. */
  readonly realClock: boolean;
}

/** Reads a log folder, cutting sessions as serving does. `known` are the tracks of a log that was
 *  read before; the log's own where it is not given. Throws `bad_log_folder`. */
export async function readSessions(
  folder: string,
  rules: { readonly idleTimeoutMs: number },
  known?: readonly TrackId[],
): Promise<SessionLog> {
  const { clock } = await readLogHeader(folder);
  const sessions = await cutSessions(folder, rules.idleTimeoutMs);
  sessions.sort((one, other) => lastPlace(one) - lastPlace(other));
  const trackIds = known ?? byPlays(sessions);
  const indices = new Map(trackIds.map((track, index) => [track, index]));
  const events = sessions.reduce((sum, { places }) => sum + places.length, 0);
  const log = {
    trackIds,
    support: new Int32Array(trackIds.length),
    track: new Int32Array(events),
    place: new Int32Array(events),
    happenedAtMs: new Float64Array(events),
    starts: new Int32Array(sessions.length + 1),
    awayMs: Float64Array.from(sessions, ({ awayMs }) => awayMs),
    realClock: clock === "real",
  };
  let event = 0;
  for (const [index, { tracks, places, timesMs }] of sessions.entries()) {
    for (const [at, id] of tracks.entries()) {
      const track = indices.get(id) ?? -1;
      if (track >= 0) log.support[track]! += 1;
      log.track[event] = track;
      log.place[event] = places[at]!;
      log.happenedAtMs[event] = timesMs[at]!;
      event += 1;
    }
    log.starts[index + 1] = event;
  }
  return log;
}

interface OpenSession {
  readonly awayMs: number;
  readonly tracks: TrackId[];
  readonly places: number[];
  readonly timesMs: number[];
}

async function cutSessions(folder: string, idleTimeoutMs: number): Promise<OpenSession[]> {
  const sessions: OpenSession[] = [];
  const listeners = new Map<ListenerId, { before: PreviousEvent; open: OpenSession }>();
  let place = -1;
  for await (const event of readLogFolder(folder)) {
    place += 1;
    if (!stepsModels(event.kind)) continue;
    const known = listeners.get(event.listener);
    const asked = { session: event.session, atMs: event.happenedAtMs };
    const begins = startsSession(known?.before, asked, idleTimeoutMs);
    let open = known?.open;
    if (open === undefined || begins) {
      open = newSession(event.happenedAtMs - (known?.before.lastEventAtMs ?? Number.NaN));
      sessions.push(open);
    }
    open.tracks.push(event.track);
    open.places.push(place);
    open.timesMs.push(event.happenedAtMs);
    const session: SessionId | undefined = begins ? event.session : known?.before.session;
    listeners.set(event.listener, {
      before: { lastEventAtMs: event.happenedAtMs, session },
      open,
    });
  }
  return sessions;
}

function newSession(awayMs: number): OpenSession {
  return { awayMs, tracks: [], places: [], timesMs: [] };
}

function lastPlace({ places }: OpenSession): number {
  return places.at(-1) ?? 0;
}

/** All tracks, the most played first, ties by first appearance in the log. */
function byPlays(sessions: readonly OpenSession[]): TrackId[] {
  const plays = new Map<TrackId, { count: number; first: number }>();
  for (const { tracks, places } of sessions) {
    for (const [at, track] of tracks.entries()) {
      const known = plays.get(track);
      if (known === undefined) plays.set(track, { count: 1, first: places[at]! });
      else {
        known.count += 1;
        known.first = Math.min(known.first, places[at]!);
      }
    }
  }
  return [...plays]
    .sort(([, one], [, other]) => other.count - one.count || one.first - other.first)
    .map(([track]) => track);
}
