import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, SessionId, TrackId } from "../core/domain/ids.ts";
import { type ListeningEvent, stepsModels } from "../core/domain/listening-event.ts";
import { readEventBlocks, readLogHeader } from "../core/log-folder/read-log-folder.ts";
import { eventFeatures, startsSession } from "../core/state/session-cut.ts";
import { newFeatureColumns, sharedIntegers, sharedTimes, storeFeatures } from "./event-columns.ts";
import { growingColumn } from "./growing-column.ts";
import { inOrderOfListeners } from "./order-of-listeners.ts";
import type { Sequences } from "./sequences.ts";

/** Reads a log folder, cutting sessions and taking features as serving does. Every track has its
 *  number in order of first appearance. It takes 23 bytes an event while it reads, and 14
 *  thereafter. Throws `bad_log_folder`, and the reason of `signal` when it is aborted. */
export async function readLog(
  folder: string,
  idleTimeoutMs: number,
  signal?: AbortSignal,
): Promise<Sequences> {
  const { events, clock } = await readLogHeader(folder);
  const hearing = newHearing(events, idleTimeoutMs);
  for await (const events of readEventBlocks(folder)) {
    signal?.throwIfAborted();
    hearing.take(events);
  }
  const log = hearing.finished(clock === "real");
  if (log.track.length > 0) return log;
  throw new Failure("bad_log_folder", `${folder} holds no plays to learn from`);
}

/** Hears up to `eventsMax` events, given block by block in order of time. */
export function newHearing(eventsMax: number, idleTimeoutMs: number) {
  const listener = new Int32Array(eventsMax);
  const track = sharedIntegers(eventsMax);
  const features = newFeatureColumns(eventsMax);
  const listeners = numbering<ListenerId>();
  const tracks = numbering<TrackId>();
  const heard = lastHeard();
  const sessionTimesMs = growingColumn(sharedTimes);
  let events = 0;
  const hear = (event: ListeningEvent) => {
    const who = listeners.indexOf(event.listener);
    const before = heard.before(who);
    const asked = { session: event.session, atMs: event.happenedAtMs };
    const begins = startsSession(before, asked, idleTimeoutMs);
    listener[events] = who;
    track[events] = tracks.indexOf(event.track);
    storeFeatures(features, events, eventFeatures(before, event, begins));
    heard.keep(who, event, begins);
    if (begins) sessionTimesMs.push(event.happenedAtMs);
    events++;
  };
  return {
    take: (block: readonly ListeningEvent[]) => {
      for (const event of block) if (stepsModels(event.kind)) hear(event);
    },
    finished: (realClock: boolean): Sequences => {
      const log = { events, listener, track, features, listeners: listeners.names.length };
      const timed = { ...log, sessionTimesMs: sessionTimesMs.finished() };
      return { ...inOrderOfListeners(timed), trackIds: tracks.names, realClock };
    },
  };
}

/** What cutting needs of each listener's last event. */
function lastHeard() {
  const lastEventAtMs = growingColumn((length) => new Float64Array(length));
  const sessions: (SessionId | undefined)[] = [];
  return {
    before: (listener: number) => {
      if (listener >= lastEventAtMs.length) return undefined;
      return { lastEventAtMs: lastEventAtMs.at(listener), session: sessions[listener] };
    },
    keep: (listener: number, event: ListeningEvent, begins: boolean) => {
      if (listener === lastEventAtMs.length) lastEventAtMs.push(event.happenedAtMs);
      else lastEventAtMs.set(listener, event.happenedAtMs);
      if (begins)
        sessions[listener] = event.session === undefined ? undefined : alone(event.session);
    },
  };
}

/** Gives names numbers from 0, in order of first appearance. */
function numbering<Name extends string>() {
  const names: Name[] = [];
  const indices = new Map<Name, number>();
  const indexOf = (name: Name): number => {
    const known = indices.get(name);
    if (known !== undefined) return known;
    const kept = alone(name);
    indices.set(kept, names.length);
    return names.push(kept) - 1;
  };
  return { names, indexOf };
}

/** A copy that does not keep the line alive of which the text was cut out. */
function alone<Text extends string>(text: Text): Text {
  return Buffer.from(text).toString() as Text;
}
