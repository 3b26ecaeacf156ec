import {
  beginsSession,
  type FeatureColumns,
  firstEvents,
  sharedIntegers,
} from "./event-columns.ts";
import type { Sequences } from "./sequences.ts";

/** A log in order of time, with names numbered in order of first appearance. */
interface TimedLog {
  readonly events: number;
  /** [events] at least, each. */
  readonly listener: Int32Array;
  readonly track: Int32Array;
  readonly features: FeatureColumns;
  readonly listeners: number;
  /** [sessions]: when they began, in order of time. */
  readonly sessionTimesMs: Float64Array;
}

/** Puts a log in order of listeners, where sessions are stretches. The log is used up: its columns'
 *  memory holds the result, and only two columns more are needed meanwhile. */
export function inOrderOfListeners(log: TimedLog): Omit<Sequences, "trackIds" | "realClock"> {
  const { events, sessionTimesMs } = log;
  const { places, ...order } = findPlaces(log);
  const { kind, marks, fractionPlayed, gapMs } = log.features;
  let wide: ArrayBufferLike = new SharedArrayBuffer(log.track.byteLength);
  let narrow: ArrayBufferLike = new SharedArrayBuffer(kind.byteLength);
  const moveWide = ({ buffer }: Int32Array | Uint32Array | Float32Array) => {
    const [from, to] = [new Uint32Array(buffer), new Uint32Array(wide)];
    for (let event = 0; event < events; event++) to[places[event]!] = from[event]!;
    wide = buffer;
    return to.buffer;
  };
  const moveNarrow = ({ buffer }: Uint8Array) => {
    const [from, to] = [new Uint8Array(buffer), new Uint8Array(narrow)];
    for (let event = 0; event < events; event++) to[places[event]!] = from[event]!;
    narrow = buffer;
    return to.buffer;
  };
  return {
    track: new Int32Array(moveWide(log.track)).subarray(0, events),
    features: firstEvents(
      {
        kind: new Uint8Array(moveNarrow(kind)),
        fractionPlayed: new Float32Array(moveWide(fractionPlayed)),
        gapMs: new Uint32Array(moveWide(gapMs)),
        marks: new Uint8Array(moveNarrow(marks)),
      },
      events,
    ),
    ...order,
    sessionTimesMs,
  };
}

/** Finds the place of each event, in the memory of `log.listener`, and the listeners' and sessions'
 *  first ones. */
function findPlaces({ events, listener, listeners, features, sessionTimesMs }: TimedLog) {
  const listenerStarts = sharedIntegers(listeners + 1);
  const sessionsBefore = new Int32Array(listeners + 1);
  for (let event = 0; event < events; event++) {
    const after = listener[event]! + 1;
    listenerStarts[after]! += 1;
    if (beginsSession(features, event)) sessionsBefore[after]! += 1;
  }
  for (let one = 0; one < listeners; one++) {
    listenerStarts[one + 1]! += listenerStarts[one]!;
    sessionsBefore[one + 1]! += sessionsBefore[one]!;
  }
  const sessions = sessionTimesMs.length;
  const sessionStarts = sharedIntegers(sessions + 1);
  const sessionOrder = sharedIntegers(sessions);
  const free = listenerStarts.slice();
  let begun = 0;
  for (let event = 0; event < events; event++) {
    const who = listener[event]!;
    const place = free[who]!++;
    if (beginsSession(features, event)) {
      const session = sessionsBefore[who]!++;
      sessionStarts[session] = place;
      sessionOrder[begun++] = session;
    }
    listener[event] = place;
  }
  sessionStarts[sessions] = events;
  const sessionEnds = sharedIntegers(sessions);
  sessionEnds.set(sessionStarts.subarray(1));
  return { places: listener, listenerStarts, sessionStarts, sessionEnds, sessionOrder };
}
