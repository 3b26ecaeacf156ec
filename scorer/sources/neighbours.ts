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
  const touchTracks = rowToucher(source);
  return (session) => {
    const { sessions, likeness, back, found } = findNearest(eachOnce(session));
    touchTracks(sessions, found);
    for (let near = 0; near < found; near++) {
      const vote = likeness[near]! * Math.max(0, 1 - (back[near]! + 1) / VOTING_TRACKS_MAX);
      const other = sessions[near]!;
      tally.addAll(sessionTracks, sessionStarts[other]!, sessionStarts[other + 1]!, vote);
    }
    return tally.take(sharpness);
  };
}

/** Reads where the tracks of sessions begin and end. They stand anywhere in the memory, and many of
 *  them are on their way from it at once as long as nothing waits for one. */
function rowToucher({
  sessionStarts,
  sessionTracks,
}: NeighbourSessions): (sessions: Uint32Array, count: number) => void {
  // What is written nowhere would not be read.
  const touched = new Uint32Array(1);
  return (sessions, count) => {
    let sum = 0;
    for (let at = 0; at < count; at++) {
      const session = sessions[at]!;
      const end = sessionStarts[session + 1]!;
      sum ^= sessionTracks[sessionStarts[session]!]! ^ sessionTracks[end - 1]!;
    }
    touched[0] = sum;
  };
}

/** What is worked out of other sessions before any is compared. */
export interface NeighbourIndex extends SessionIndex {
  /** [sessions] */
  readonly scales: Float64Array;
}

/** About a tenth of a second for a million plays, in a catalogue of `count` tracks. */
export function indexNeighbours(source: NeighbourSessions, count: number): NeighbourIndex {
  return { ...indexSessions(source, count), scales: scalesOf(source) };
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

/** By session: what its likeness is multiplied by, for its age and its length. */
function scalesOf({ sessionStarts, recency_sessions: recency }: NeighbourSessions): Float64Array {
  const total = sessionStarts.length - 1;
  return Float64Array.from({ length: total }, (_, session) => {
    const length = sessionStarts[session + 1]! - sessionStarts[session]!;
    return Math.exp((session - total) / recency) / Math.sqrt(length);
  });
}

/** Finds all sessions that share a track with one, in the order in which they are met, and how like
 *  it they are. */
function newMeetings(index: NeighbourIndex): (session: readonly TrackIndex[]) => Sessions {
  const { starts, sessions, scales } = index;
  const met = newSessions(scales.length + 1);
  /** By session: the sum of what is shared, n times as much, which is a whole number. Sessions are
   *  met in no order, so what is asked of each time is kept small; 0 between two searches. */
  const shared = new Uint32Array(scales.length);

  return (session) => {
    let found = 0;
    for (let back = 0; back < session.length; back++) {
      const amount = session.length - back;
      const before = found;
      const end = starts[session[back]! + 1]!;
      for (let at = starts[session[back]!]!; at < end; at++) {
        const other = sessions[at]!;
        const sum = shared[other]!;
        // Half of them are met for the first time, so a branch would often be guessed wrong.
        met.sessions[found] = other;
        found += Number(sum === 0);
        shared[other] = sum + amount;
      }
      met.back.fill(back, before, found);
    }
    for (let at = 0; at < found; at++) {
      const other = met.sessions[at]!;
      met.likeness[at] = (shared[other]! / session.length) * scales[other]!;
      shared[other] = 0;
    }
    met.found = found;
    return met;
  };
}
