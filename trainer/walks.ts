import { isUnwanted } from "./event-columns.ts";
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

/** What the model should say after each event. */
export interface Targets {
  /** [events]: the event whose track is right, −1 where there is none. */
  readonly event: Int32Array;
  /** [events]: how much that counts. */
  readonly weight: Float32Array;
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
  const { listenerStarts, sessionStarts, sessionEnds } = sequences;
  const isIn = new Uint8Array(sequences.track.length);
  for (const session of sessions) {
    isIn.fill(1, sessionStarts[session]!, sessionEnds[session]!);
  }
  const starts: number[] = [];
  const ends: number[] = [];
  for (let listener = 0; listener + 1 < listenerStarts.length; listener++) {
    const last = listenerStarts[listener + 1]!;
    for (let at = listenerStarts[listener]!; at < last; ) {
      const start = at;
      while (at < last && isIn[at] === 1 && at - start < eventsMax) at++;
      if (at - start > 1) {
        starts.push(start);
        ends.push(at);
      }
      if (at === start) at++;
    }
  }
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

/** The same walks in the order that `permutation` gives. */
export function reorder(walks: Walks, permutation: Int32Array): Walks {
  return {
    starts: permutation.map((walk) => walks.starts[walk]!),
    ends: permutation.map((walk) => walks.ends[walk]!),
  };
}

/** After each event of a session, its next one. */
export function nextEventTargets(
  sequences: Sequences,
  walks: Walks,
  skippedTargetWeight: number,
): Targets {
  return targets(sequences, { walks, skippedTargetWeight }, (event) => event + 1);
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
  const { skippedTargetWeight } = draw;
  return targets(sequences, { walks, skippedTargetWeight }, (event, end) => {
    const ahead = min + Math.floor(draw.random() * (max - min + 1));
    return Math.min(end - 1, event + ahead);
  });
}

function targets(
  sequences: Sequences,
  plan: { readonly walks: Walks; readonly skippedTargetWeight: number },
  choose: (event: number, end: number) => number,
): Targets {
  const { walks } = plan;
  const event = new Int32Array(sequences.track.length).fill(-1);
  const weight = new Float32Array(sequences.track.length);
  for (const [walk, end] of walks.ends.entries()) {
    for (let at = walks.starts[walk]!; at < end; at++) {
      const chosen = choose(at, end);
      if (chosen === at || sequences.track[chosen]! < 0) continue;
      event[at] = chosen;
      weight[at] = isUnwanted(sequences.features, chosen) ? plan.skippedTargetWeight : 1;
    }
  }
  return { event, weight };
}
