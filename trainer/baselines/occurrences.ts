import type { SessionLog } from "./read-sessions.ts";

/** Where each track occurs in a log of sessions. */
export interface Occurrences {
  /** [tracks + 1]: where each track's events begin in `events`. */
  readonly starts: Int32Array;
  /** [events of known tracks]: event numbers, by track, each track's in order of the log. */
  readonly events: Int32Array;
  /** [events]: the session of each event. */
  readonly session: Int32Array;
}

export function indexOccurrences({ track, starts, support }: SessionLog): Occurrences {
  const first = new Int32Array(support.length + 1);
  for (let index = 0; index < support.length; index++) {
    first[index + 1] = first[index]! + support[index]!;
  }
  const free = first.slice();
  const events = new Int32Array(first[support.length]!);
  const session = new Int32Array(track.length);
  for (let number = 0; number + 1 < starts.length; number++) {
    for (let event = starts[number]!; event < starts[number + 1]!; event++) {
      session[event] = number;
      const heard = track[event]!;
      if (heard >= 0) events[free[heard]!++] = event;
    }
  }
  return { starts: first, events, session };
}
