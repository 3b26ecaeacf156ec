import { isUnwanted } from "./event-columns.ts";
import { growingColumn } from "./growing-column.ts";
import type { Random } from "./random.ts";
import type { Sequences } from "./sequences.ts";

/** Stretches of events that a model walks through from a hidden state of zeros, in the order in
 *  which they are taken up. */
export interface Walks {
  /** [walks]: first event. */
  readonly starts: Int32Array;
  /** [walks]: behind the last event. */
  readonly ends: Int32Array;
}

/** What the model should say after each event of a walk. Asked event by event, since a long log has
 *  no room for an answer to each. */
export interface Targets {
  /** The event whose track is right after `event`, −1 where there is none. */
  answerAfter(event: number): number;
  /** How much the answer `answer` counts. */
  weightOf(answer: number): number;
}

/** A walk through each of `sessions`; the last event of a session has nothing after it to learn. */
export function sessionWalks(sequences: Sequences, sessions: Int32Array): Walks {
  const { sessionStarts, sessionEnds } = sequences;
  const long = sessions.filter((session) => {
    return sessionEnds[session]! - sessionStarts[session]! > 1;
  });
  return {
    starts: long.map((session) => sessionStarts[session]!),
    ends: long.map((session) => sessionEnds[session]! - 1),
  };
}

/** Walks through each listener's unbroken stretches of `sessions`, in pieces of at most `eventsMax`
 *  events, so that no lane goes on alone for long. */
export function listenerWalks(
  sequences: Sequences,
  sessions: Int32Array,
  eventsMax: number,
): Walks {
  const { listenerStarts, sessionStarts, sessionEnds, sessionOrder } = sequences;
  const isIn = new Uint8Array(sessionOrder.length);
  for (const session of sessions) isIn[session] = 1;
  const starts = growingColumn((length) => new Int32Array(length));
  const ends = growingColumn((length) => new Int32Array(length));
  const addPieces = (start: number, end: number) => {
    for (let at = start; at + 1 < end; at += eventsMax) {
      starts.push(at);
      ends.push(Math.min(end, at + eventsMax));
    }
  };
  for (let listener = 0, session = 0; listener + 1 < listenerStarts.length; listener++) {
    let [start, end] = [0, 0];
    for (; sessionStarts[session]! < listenerStarts[listener + 1]!; session++) {
      if (isIn[session] === 0) continue;
      if (sessionStarts[session] !== end) {
        addPieces(start, end);
        start = sessionStarts[session]!;
      }
      end = sessionEnds[session]!;
    }
    addPieces(start, end);
  }
  return { starts: starts.finished(), ends: ends.finished() };
}

/** The same walks in the order that `permutation` gives. */
export function reorder(walks: Walks, permutation: Int32Array): Walks {
  return {
    starts: permutation.map((walk) => walks.starts[walk]!),
    ends: permutation.map((walk) => walks.ends[walk]!),
  };
}

/** After each event of a session, its next one. */
export function nextEventTargets(sequences: Sequences, skippedTargetWeight: number): Targets {
  const { track } = sequences;
  return {
    answerAfter: (event) => (track[event + 1]! < 0 ? -1 : event + 1),
    weightOf: weigh(sequences, skippedTargetWeight),
  };
}

/** After each event, one drawn from `horizon` events ahead, clipped at the end of the walk.
 *  Source: De Boom et al. 2018, arXiv 1708.06520, section 3.3. */
export function aheadTargets(
  sequences: Sequences,
  walks: Walks,
  draw: {
    readonly skippedTargetWeight: number;
    readonly horizon: { readonly min: number; readonly max: number };
    readonly random: Random;
  },
): Targets {
  const { min, max } = draw.horizon;
  const { track } = sequences;
  // [events]: how far ahead the answer is, 0 where there is none.
  const ahead = new Uint16Array(track.length);
  for (const [walk, end] of walks.ends.entries()) {
    for (let at = walks.starts[walk]!; at < end; at++) {
      const drawn = min + Math.floor(draw.random() * (max - min + 1));
      const chosen = Math.min(end - 1, at + drawn);
      if (track[chosen]! >= 0) ahead[at] = chosen - at;
    }
  }
  return {
    answerAfter: (event) => (ahead[event] === 0 ? -1 : event + ahead[event]!),
    weightOf: weigh(sequences, draw.skippedTargetWeight),
  };
}

function weigh({ features }: Sequences, skippedTargetWeight: number): (answer: number) => number {
  return (answer) => (isUnwanted(features, answer) ? skippedTargetWeight : 1);
}
