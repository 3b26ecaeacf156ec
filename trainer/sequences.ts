import { Failure } from "../core/domain/failure.ts";
import type { TrackId } from "../core/domain/ids.ts";
import { type FeatureColumns, sharedIntegers } from "./event-columns.ts";

/** A listening log as the models hear it: the events that step them, one listener after another and
 *  each listener's in order of time. The arrays are shared memory, so that both models' workers
 *  read one copy. */
export interface Sequences {
  /** By track index: the most played first (in a training, before its time split), ties by first
   *  appearance. */
  readonly trackIds: readonly TrackId[];
  /** [events]: track indices, −1 for a track that is left out. */
  readonly track: Int32Array;
  /** [events] each. */
  readonly features: FeatureColumns;
  /** [listeners + 1]: the first event of each listener, then the number of events. */
  readonly listenerStarts: Int32Array;
  /** [sessions + 1]: the first event of each session, then the number of events. */
  readonly sessionStarts: Int32Array;
  /** [sessions]: behind the last event of each session that counts; a time split cuts some before
   *  their end. */
  readonly sessionEnds: Int32Array;
  /** [sessions]: sessions by the time at which they began. */
  readonly sessionOrder: Int32Array;
  /** [sessions]: when they began, in the same order. */
  readonly sessionTimesMs: Float64Array;
  /** Whether the log's times are real. */
  readonly realClock: boolean;
}

/** Which part of a log is learned from and which part measures it. */
export interface TimeSplit {
  /** The log in which sessions that were under way at the split end there. */
  readonly sequences: Sequences;
  /** Sessions by time, the earlier ones. */
  readonly trained: Int32Array;
  /** Sessions by time, the later ones. */
  readonly held: Int32Array;
  /** How many of the earlier ones went on beyond the split. */
  readonly cut: number;
}

/** Cuts the log in time: the last `share` of the sessions is held back, and nothing that happened
 *  once the first of them had begun is learned from. What a session that was under way then went on
 *  with is neither learned nor measured. */
export function splitByTime(sequences: Sequences, share: number): TimeSplit {
  const { sessionOrder, sessionTimesMs, sessionEnds } = sequences;
  const before = sessionOrder.length - Math.floor(sessionOrder.length * share);
  const held = sessionOrder.slice(before);
  const earlier = sessionOrder.subarray(0, before);
  if (held.length === 0) return { sequences, trained: sessionOrder.slice(), held, cut: 0 };
  const splitMs = sessionTimesMs[before]!;
  const cutEnds = sharedIntegers(sessionEnds.length);
  cutEnds.set(sessionEnds);
  let cut = 0;
  for (const [place, session] of earlier.entries()) {
    const end = endBefore(sequences, session, splitMs - sessionTimesMs[place]!);
    if (end === cutEnds[session]) continue;
    cutEnds[session] = end;
    cut++;
  }
  const trained = earlier.filter((session) => {
    return cutEnds[session]! > sequences.sessionStarts[session]!;
  });
  if (trained.length === 0) {
    const message = `no session began before the last ${share} of them`;
    throw new Failure("bad_configuration", message, { field: "validationShare" });
  }
  return { sequences: { ...sequences, sessionEnds: cutEnds }, trained, held, cut };
}

/** Behind the last event of a session that came less than `reachMs` after its first one. */
function endBefore(sequences: Sequences, session: number, reachMs: number): number {
  const { sessionStarts, sessionEnds, features } = sequences;
  const start = sessionStarts[session]!;
  if (reachMs <= 0) return start;
  let sinceStartMs = 0;
  for (let event = start + 1; event < sessionEnds[session]!; event++) {
    sinceStartMs += features.gapMs[event]!;
    if (sinceStartMs >= reachMs) return event;
  }
  return sessionEnds[session]!;
}

/** [tracks]: how often each track occurs in `sessions`. */
export function trackSupport(sequences: Sequences, sessions: Int32Array): Int32Array {
  const support = new Int32Array(sequences.trackIds.length);
  for (const session of sessions) {
    const end = sequences.sessionEnds[session]!;
    for (let event = sequences.sessionStarts[session]!; event < end; event++) {
      const track = sequences.track[event]!;
      if (track >= 0) support[track] = support[track]! + 1;
    }
  }
  return support;
}
