import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, TrackId } from "../core/domain/ids.ts";
import { stepsModels } from "../core/domain/listening-event.ts";
import { readLogFolder, readLogHeader } from "../core/log-folder/read-log-folder.ts";
import { eventFeatures, type PreviousEvent, startsSession } from "../core/state/session-cut.ts";
import { loadFeatures, newFeatureColumns, sharedIntegers, storeFeatures } from "./event-columns.ts";
import type { Sequences } from "./sequences.ts";

export interface ReadingRules {
  /** Where the player has no sessions of its own, one ends after this silence. */
  readonly idleTimeoutMs: number;
  /** Tracks with fewer events are left out of the vocabulary; their events are still heard. */
  readonly trackSupportMin: number;
}

/** Reads a log folder, cutting sessions and taking features as serving does. Throws
 *  `bad_log_folder`, and the reason of `signal` when it is aborted. */
export async function readSequences(
  folder: string,
  rules: ReadingRules,
  signal?: AbortSignal,
): Promise<Sequences> {
  const header = await readLogHeader(folder);
  const log = await readInOrderOfTime(folder, header.events, { ...rules, signal });
  if (log.events === 0) {
    throw new Failure("bad_log_folder", `${folder} holds no plays to learn from`);
  }
  const known = vocabulary(log, rules.trackSupportMin);
  const { events, order } = inOrderOfListeners(log);
  const track = sharedIntegers(log.events);
  const features = newFeatureColumns(log.events);
  for (const [target, event] of events.entries()) {
    track[target] = known.indices[log.track[event]!]!;
    storeFeatures(features, target, loadFeatures(log.features, event));
  }
  return {
    trackIds: known.trackIds,
    track,
    features,
    ...order,
    realClock: header.clock === "real",
  };
}

/** Events as the log has them, with names numbered in order of first appearance. */
interface NumberedLog {
  readonly events: number;
  readonly listener: Int32Array;
  readonly track: Int32Array;
  readonly features: ReturnType<typeof newFeatureColumns>;
  readonly trackNames: readonly TrackId[];
  readonly listeners: number;
}

async function readInOrderOfTime(
  folder: string,
  eventsMax: number,
  rules: { readonly idleTimeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<NumberedLog> {
  const listener = new Int32Array(eventsMax);
  const track = new Int32Array(eventsMax);
  const features = newFeatureColumns(eventsMax);
  const listeners = numbering<ListenerId>();
  const tracks = numbering<TrackId>();
  const previous: (PreviousEvent | undefined)[] = [];
  let events = 0;
  for await (const event of readLogFolder(folder)) {
    if (events % EVENTS_BETWEEN_CHECKS === 0) rules.signal?.throwIfAborted();
    if (!stepsModels(event.kind)) continue;
    listener[events] = listeners.indexOf(event.listener);
    track[events] = tracks.indexOf(event.track);
    const before = previous[listener[events]!];
    const asked = { session: event.session, atMs: event.happenedAtMs };
    const begins = startsSession(before, asked, rules.idleTimeoutMs);
    storeFeatures(features, events, eventFeatures(before, event, begins));
    previous[listener[events]!] = {
      lastEventAtMs: event.happenedAtMs,
      session: begins ? event.session : before?.session,
    };
    events++;
  }
  const trackNames = tracks.names;
  return { events, listener, track, features, trackNames, listeners: listeners.names.length };
}

const EVENTS_BETWEEN_CHECKS = 10_000;

/** Gives names numbers from 0, in order of first appearance. */
function numbering<Name extends string>() {
  const names: Name[] = [];
  const indices = new Map<Name, number>();
  const indexOf = (name: Name): number => {
    const known = indices.get(name);
    if (known !== undefined) return known;
    indices.set(name, names.length);
    return names.push(name) - 1;
  };
  return { names, indexOf };
}

/** The tracks of at least `supportMin` events, the most played first, and each track's place. */
function vocabulary(
  log: NumberedLog,
  supportMin: number,
): { readonly trackIds: readonly TrackId[]; readonly indices: Int32Array } {
  const support = new Int32Array(log.trackNames.length);
  for (const track of log.track.subarray(0, log.events)) support[track] = support[track]! + 1;
  const kept = [...log.trackNames.keys()]
    .filter((track) => support[track]! >= supportMin)
    .sort((one, other) => support[other]! - support[one]! || one - other);
  if (kept.length === 0) {
    const message = `no track of the log has ${supportMin} events`;
    throw new Failure("bad_configuration", message, { field: "trackSupportMin" });
  }
  const indices = new Int32Array(support.length).fill(-1);
  for (const [index, track] of kept.entries()) indices[track] = index;
  return { trackIds: kept.map((track) => log.trackNames[track]!), indices };
}

/** Puts events in order of listeners, where sessions are stretches. */
function inOrderOfListeners(log: NumberedLog) {
  const listenerStarts = sharedIntegers(log.listeners + 1);
  for (const listener of log.listener.subarray(0, log.events)) {
    listenerStarts[listener + 1] = listenerStarts[listener + 1]! + 1;
  }
  for (let listener = 0; listener < log.listeners; listener++) {
    listenerStarts[listener + 1] = listenerStarts[listener + 1]! + listenerStarts[listener]!;
  }
  const free = listenerStarts.slice();
  const events = new Int32Array(log.events);
  for (let event = 0; event < log.events; event++) {
    const listener = log.listener[event]!;
    events[free[listener]!] = event;
    free[listener] = free[listener]! + 1;
  }
  const starts: number[] = [];
  for (const [at, event] of events.entries()) {
    if (log.features.sessionStart[event] === 1) starts.push(at);
  }
  const sessionStarts = sharedIntegers(starts.length + 1);
  sessionStarts.set([...starts, log.events]);
  const sessionOrder = sharedIntegers(starts.length);
  const byTime = [...starts.keys()].sort(
    (one, other) => events[starts[one]!]! - events[starts[other]!]!,
  );
  sessionOrder.set(byTime);
  return { events, order: { listenerStarts, sessionStarts, sessionOrder } };
}
