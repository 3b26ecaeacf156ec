import type { NeighbourSessions } from "../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { newLargest } from "./largest.ts";
import { indexSessions, type SessionIndex } from "./session-index.ts";
import { eachOnce, newTally, type SparseSource } from "./sparse-source.ts";

/** A vote fades to nothing over this many tracks of the session. */
const VOTING_TRACKS_MAX = 10;

/** What other sessions hold that resemble this one. Likeness is the sum, over the tracks that both
 *  have, of (n − back) / n, where n is the session's tracks and `back` how many of them came after
 *  that one; it is divided by the root of the other's length, and by e for every
 *  `recency_sessions` sessions that are newer. The likest vote for all their tracks, each with its
 *  likeness · (1 − (back + 1) / 10), `back` being that of the newest track in common, and a vote
 *  counts ln(1 + sessions / sessions with the track).
 *  Sources: Ludewig and Jannach 2018, arXiv 1803.09587 (V-SkNN); Kersbergen et al. 2022, doi
 *  10.1145/3514221.3517901 (VMIS-kNN: only the newest sessions of each track are compared). */
export function neighbourSource(source: NeighbourSessions, index: NeighbourIndex): SparseSource {
  const { sessionStarts, sessionTracks, sharpness } = source;
  const findNearest = nearestSessions(source, index);
  const tally = newTally(index.rarity.length, index.rarity);
  return (session) => {
    const { sessions, likeness, back, found } = findNearest(eachOnce(session));
    for (let near = 0; near < found; near++) {
      const vote = likeness[near]! * Math.max(0, 1 - (back[near]! + 1) / VOTING_TRACKS_MAX);
      const other = sessions[near]!;
      tally.addAll(sessionTracks, sessionStarts[other]!, sessionStarts[other + 1]!, vote);
    }
    return tally.take(sharpness);
  };
}

/** What is worked out of other sessions before any is compared. */
export interface NeighbourIndex extends SessionIndex {
  /** [sessions, CELL] */
  readonly cells: Float64Array;
}

/** About a tenth of a second for a million plays, in a catalogue of `count` tracks. */
export function indexNeighbours(source: NeighbourSessions, count: number): NeighbourIndex {
  return { ...indexSessions(source, count), cells: cellsOf(source) };
}

/** Sessions in columns, the first `found` rows of each, whose memory the next search uses again. */
interface Sessions {
  found: number;
  readonly sessions: Uint32Array;
  readonly likeness: Float64Array;
  /** How many of the asking session's tracks came after the newest one that both have. */
  readonly back: Uint16Array;
}

function newSessions(limit: number): Sessions {
  return {
    found: 0,
    sessions: new Uint32Array(limit),
    likeness: new Float64Array(limit),
    back: new Uint16Array(limit),
  };
}

/** Finds the likest sessions; of equally like ones the newer come first. */
function nearestSessions(
  { neighbours_max: limit }: NeighbourSessions,
  index: NeighbourIndex,
): (session: readonly TrackIndex[]) => Sessions {
  const meet = newMeetings(index);
  const largest = newLargest(limit);
  const nearest = newSessions(limit);

  function keep({ sessions, likeness, back }: Sessions, at: number): void {
    const to = nearest.found++;
    nearest.sessions[to] = sessions[at]!;
    nearest.likeness[to] = likeness[at]!;
    nearest.back[to] = back[at]!;
  }

  /** Those above the least likeness that is kept, in the order in which they were met, then the
   *  newest of those that have just that. */
  function keepLikest(met: Sessions): void {
    const { found, sessions, likeness } = met;
    for (let at = 0; at < found; at++) largest.offer(likeness[at]!);
    const least = largest.take();
    const equal: number[] = [];
    for (let at = 0; at < found; at++) {
      if (likeness[at]! > least) keep(met, at);
      else if (likeness[at] === least) equal.push(at);
    }
    equal.sort((one, other) => sessions[other]! - sessions[one]!);
    for (const at of equal.slice(0, limit - nearest.found)) keep(met, at);
  }

  return (session) => {
    nearest.found = 0;
    const met = meet(session);
    if (met.found > limit) keepLikest(met);
    else for (let at = 0; at < met.found; at++) keep(met, at);
    return nearest;
  };
}

/** What is known of a session stands side by side: memory is read by whole lines, and sessions are
 *  met in no order. */
const CELL = 2;
/** The sum of what is shared; 0 between two searches. */
const SHARED = 0;
/** What the sum is multiplied by, for the session's age and its length. */
const SCALE = 1;

function cellsOf({ sessionStarts, recency_sessions: recency }: NeighbourSessions): Float64Array {
  const total = sessionStarts.length - 1;
  const cells = new Float64Array(total * CELL);
  for (let session = 0; session < total; session++) {
    const length = sessionStarts[session + 1]! - sessionStarts[session]!;
    cells[session * CELL + SCALE] = Math.exp((session - total) / recency) / Math.sqrt(length);
  }
  return cells;
}

/** Finds all sessions that share a track with one, in the order in which they are met, and how like
 *  it they are. */
function newMeetings(index: NeighbourIndex): (session: readonly TrackIndex[]) => Sessions {
  const { cells } = index;
  const met = newSessions(cells.length / CELL);

  /** Adds what a track shares to all of its sessions, and returns how many were met so far. */
  function meetBy(track: TrackIndex, shared: number, from: number): number {
    let found = from;
    const end = index.starts[track + 1]!;
    for (let at = index.starts[track]!; at < end; at++) {
      const other = index.sessions[at]!;
      const sum = cells[other * CELL + SHARED]!;
      if (sum === 0) met.sessions[found++] = other;
      cells[other * CELL + SHARED] = sum + shared;
    }
    return found;
  }

  return (session) => {
    met.found = 0;
    for (let back = 0; back < session.length; back++) {
      const shared = (session.length - back) / session.length;
      const found = meetBy(session[back]!, shared, met.found);
      met.back.fill(back, met.found, found);
      met.found = found;
    }
    for (let at = 0; at < met.found; at++) {
      const cell = met.sessions[at]! * CELL;
      met.likeness[at] = cells[cell + SHARED]! * cells[cell + SCALE]!;
      cells[cell + SHARED] = 0;
    }
    return met;
  };
}
