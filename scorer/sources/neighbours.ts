import type { NeighbourSessions } from "../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { Steps } from "../run-in-steps.ts";
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
 *  10.1145/3514221.3517901 (VMIS-kNN: only the newest sessions of each track are compared).
 *  Indexing the sessions yields between steps of some milliseconds. */
export function* neighbourSource(source: NeighbourSessions, count: number): Steps<SparseSource> {
  const { sessionStarts, sessionTracks, sharpness } = source;
  const index = yield* indexSessions(source, count);
  const findNearest = yield* nearestSessions(source, index);
  const tally = newTally(count);
  return (session) => {
    const { sessions, likeness, back, found } = findNearest(eachOnce(session));
    for (let near = 0; near < found; near++) {
      const vote = likeness[near]! * Math.max(0, 1 - (back[near]! + 1) / VOTING_TRACKS_MAX);
      const end = sessionStarts[sessions[near]! + 1]!;
      for (let at = sessionStarts[sessions[near]!]!; at < end; at++) {
        const track = sessionTracks[at]!;
        tally.add(track, vote * index.rarity[track]!);
      }
    }
    return tally.take(sharpness);
  };
}

/** The likest sessions in columns whose memory the next search uses again. */
interface Nearest {
  found: number;
  readonly sessions: Uint32Array;
  readonly likeness: Float64Array;
  /** How many of the asking session's tracks came after the newest one that both have. */
  readonly back: Uint16Array;
}

/** Finds the likest sessions; of equally like ones the newer come first. */
function* nearestSessions(
  source: NeighbourSessions,
  index: SessionIndex,
): Steps<(session: readonly TrackIndex[]) => Nearest> {
  const { neighbours_max: limit } = source;
  const { met, cells, meet } = yield* newMeetings(source, index);
  const largest = newLargest(limit);
  const nearest: Nearest = {
    found: 0,
    sessions: new Uint32Array(limit),
    likeness: new Float64Array(limit),
    back: new Uint16Array(limit),
  };

  function keep(session: number): void {
    const at = nearest.found++;
    nearest.sessions[at] = session;
    nearest.likeness[at] = cells[session * CELL + LIKENESS]!;
    nearest.back[at] = cells[session * CELL + BACK]!;
  }

  /** Those above the least likeness that is kept, in the order in which they were met, then the
   *  newest of those that have just that. */
  function keepLikest(count: number): void {
    for (let at = 0; at < count; at++) largest.offer(cells[met[at]! * CELL + LIKENESS]!);
    const least = largest.take();
    const equal: number[] = [];
    for (let at = 0; at < count; at++) {
      const likeness = cells[met[at]! * CELL + LIKENESS]!;
      if (likeness > least) keep(met[at]!);
      else if (likeness === least) equal.push(met[at]!);
    }
    equal.sort((one, other) => other - one);
    for (const other of equal.slice(0, limit - nearest.found)) keep(other);
  }

  return (session) => {
    nearest.found = 0;
    const count = meet(session);
    if (count <= limit) for (let at = 0; at < count; at++) keep(met[at]!);
    else keepLikest(count);
    for (let at = 0; at < count; at++) cells[met[at]! * CELL + LIKENESS] = 0;
    return nearest;
  };
}

/** What is known of a session stands side by side: memory is read by whole lines, and sessions are
 *  met in no order. */
const CELL = 4;
/** The sum of what is shared, times the scale; whoever reads it sets it back to 0. */
const LIKENESS = 0;
/** What likeness is multiplied by, for the session's age and its length. */
const SCALE = 1;
/** Of those that were met: see `Nearest.back`. */
const BACK = 2;

/** So many sessions are looked at in one step: some milliseconds. */
const STEP_SESSIONS = 65_536;

/** The sessions that share a track with one, on memory that is used again. */
interface Meetings {
  /** [sessions, CELL] */
  readonly cells: Float64Array;
  readonly met: Uint32Array;
  /** Finds how like each session is and returns how many were met. */
  meet(session: readonly TrackIndex[]): number;
}

function* newMeetings(
  { sessionStarts, recency_sessions: recency }: NeighbourSessions,
  index: SessionIndex,
): Steps<Meetings> {
  const total = sessionStarts.length - 1;
  const cells = new Float64Array(total * CELL);
  for (let session = 0; session < total; session++) {
    const length = sessionStarts[session + 1]! - sessionStarts[session]!;
    cells[session * CELL + SCALE] = Math.exp((session - total) / recency) / Math.sqrt(length);
    if (session % STEP_SESSIONS === 0) yield;
  }
  const met = new Uint32Array(total);
  return {
    cells,
    met,
    meet(session) {
      let count = 0;
      for (let back = 0; back < session.length; back++) {
        const shared = (session.length - back) / session.length;
        const track = session[back]!;
        for (let at = index.starts[track]!; at < index.starts[track + 1]!; at++) {
          const other = index.sessions[at]!;
          const cell = other * CELL;
          if (cells[cell + LIKENESS] === 0) {
            met[count++] = other;
            cells[cell + BACK] = back;
          }
          cells[cell + LIKENESS] = cells[cell + LIKENESS]! + shared;
        }
      }
      for (let at = 0; at < count; at++) {
        const cell = met[at]! * CELL;
        cells[cell + LIKENESS] = cells[cell + LIKENESS]! * cells[cell + SCALE]!;
      }
      return count;
    },
  };
}
