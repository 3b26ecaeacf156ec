import { firstEvents, moveEvents } from "../event-columns.ts";
import type { Sequences } from "../sequences.ts";

/** [sessions]: how many of each session's first plays are learned from, 0 for none. */
export type KeptPlays = Int32Array;

/** Every play of every session. */
export function allPlays({ sessionStarts, sessionOrder }: Sequences): KeptPlays {
  const kept = new Int32Array(sessionOrder.length);
  for (let session = 0; session < kept.length; session++) {
    kept[session] = sessionStarts[session + 1]! - sessionStarts[session]!;
  }
  return kept;
}

/** The log without what is left out, and without listeners of whom nothing is left. Features stay
 *  as they were heard: a gap is that to the play before, be it left out or not. The log is used up:
 *  its memory holds the result. */
export function keepPlays(log: Sequences, kept: KeptPlays): Sequences {
  const plays = kept.reduce((sum, count) => sum + count, 0);
  return plays === log.track.length ? log : movedTogether(log, kept);
}

function movedTogether(log: Sequences, kept: KeptPlays): Sequences {
  const { sessionStarts, sessionEnds, listenerStarts, sessionOrder, sessionTimesMs } = log;
  // [sessions]: the number of each session among those that are kept.
  const numbers = new Int32Array(kept.length);
  let [events, sessions, listeners, session] = [0, 0, 0, 0];
  for (let listener = 0; listener + 1 < listenerStarts.length; listener++) {
    const end = listenerStarts[listener + 1]!;
    const start = events;
    for (; session < kept.length && sessionStarts[session]! < end; session++) {
      const plays = kept[session]!;
      if (plays === 0) continue;
      const from = sessionStarts[session]!;
      log.track.copyWithin(events, from, from + plays);
      moveEvents(log.features, { start: from, end: from + plays }, events);
      numbers[session] = sessions;
      sessionStarts[sessions++] = events;
      events += plays;
    }
    if (events > start) listenerStarts[listeners++] = start;
  }
  sessionStarts[sessions] = events;
  listenerStarts[listeners] = events;
  sessionEnds.set(sessionStarts.subarray(1, sessions + 1));
  let place = 0;
  for (const [before, one] of sessionOrder.entries()) {
    if (kept[one] === 0) continue;
    sessionTimesMs[place] = sessionTimesMs[before]!;
    sessionOrder[place++] = numbers[one]!;
  }
  return {
    ...log,
    track: log.track.subarray(0, events),
    features: firstEvents(log.features, events),
    listenerStarts: listenerStarts.subarray(0, listeners + 1),
    sessionStarts: sessionStarts.subarray(0, sessions + 1),
    sessionEnds: sessionEnds.subarray(0, sessions),
    sessionOrder: sessionOrder.subarray(0, sessions),
    sessionTimesMs: sessionTimesMs.subarray(0, sessions),
  };
}
