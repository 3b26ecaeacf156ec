import type { TrackId } from "../core/domain/ids.ts";
import type { FeatureColumns } from "./event-columns.ts";

/** A listening log as the models hear it: the events that step them, one listener after another and
 *  each listener's in order of time. The arrays are shared memory, so that both models' workers
 *  read one copy. */
export interface Sequences {
  /** By track index: the most played first, ties by first appearance. */
  readonly trackIds: readonly TrackId[];
  /** [events]: track indices, −1 for a track that is left out. */
  readonly track: Int32Array;
  /** [events] each. */
  readonly features: FeatureColumns;
  /** [listeners + 1]: the first event of each listener, then the number of events. */
  readonly listenerStarts: Int32Array;
  /** [sessions + 1]: the first event of each session, then the number of events. */
  readonly sessionStarts: Int32Array;
  /** [sessions]: sessions by the time at which they began. */
  readonly sessionOrder: Int32Array;
  /** Whether the log's times are real. */
  readonly realClock: boolean;
}

/** Which part of a log is learned from and which part measures it. */
export interface TimeSplit {
  /** Sessions by time, the earlier ones. */
  readonly trained: Int32Array;
  /** Sessions by time, the later ones. */
  readonly held: Int32Array;
}

/** Cuts the sessions in time: the last `share` of them is held back. */
export function splitByTime(sequences: Sequences, share: number): TimeSplit {
  const { sessionOrder } = sequences;
  const trained = sessionOrder.length - Math.floor(sessionOrder.length * share);
  return { trained: sessionOrder.slice(0, trained), held: sessionOrder.slice(trained) };
}

/** [tracks]: how often each track occurs in `sessions`. */
export function trackSupport(sequences: Sequences, sessions: Int32Array): Int32Array {
  const support = new Int32Array(sequences.trackIds.length);
  for (const session of sessions) {
    const end = sequences.sessionStarts[session + 1]!;
    for (let event = sequences.sessionStarts[session]!; event < end; event++) {
      const track = sequences.track[event]!;
      if (track >= 0) support[track] = support[track]! + 1;
    }
  }
  return support;
}
