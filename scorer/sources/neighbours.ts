import type { NeighbourSessions } from "../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { indexSessions } from "./session-index.ts";
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
export function neighbourSource(source: NeighbourSessions, count: number): SparseSource {
  const { sessionStarts, sessionTracks, sharpness } = source;
  const index = indexSessions(source, count);
  const findNearest = nearestSessions(source, index);
  const tally = newTally(count);
  return (session) => {
    for (const { session: other, likeness, back } of findNearest(eachOnce(session))) {
      const vote = likeness * Math.max(0, 1 - (back + 1) / VOTING_TRACKS_MAX);
      const end = sessionStarts[other + 1]!;
      for (let at = sessionStarts[other]!; at < end; at++) {
        const track = sessionTracks[at]!;
        tally.add(track, vote * index.rarity[track]!);
      }
    }
    return tally.take(sharpness);
  };
}

interface Neighbour {
  readonly session: number;
  readonly likeness: number;
  /** How many of the asking session's tracks came after the newest one that both have. */
  readonly back: number;
}

/** Finds the likest sessions; of equally like ones the newer come first. */
function nearestSessions(
  source: NeighbourSessions,
  index: ReturnType<typeof indexSessions>,
): (session: readonly TrackIndex[]) => Neighbour[] {
  const { sessionStarts, neighbours_max: limit, recency_sessions: recency } = source;
  const total = sessionStarts.length - 1;
  const scale = Float64Array.from({ length: total }, (_, session) => {
    const length = sessionStarts[session + 1]! - sessionStarts[session]!;
    return Math.exp((session - total) / recency) / Math.sqrt(length);
  });
  const likeness = new Float64Array(total);
  const newestBack = new Uint16Array(total);
  return (session) => {
    const met: number[] = [];
    for (const [back, track] of session.entries()) {
      const shared = (session.length - back) / session.length;
      for (let at = index.starts[track]!; at < index.starts[track + 1]!; at++) {
        const other = index.sessions[at]!;
        if (likeness[other] === 0) {
          met.push(other);
          newestBack[other] = back;
        }
        likeness[other] = likeness[other]! + shared;
      }
    }
    const all = met.map((other) => ({
      session: other,
      likeness: likeness[other]! * scale[other]!,
      back: newestBack[other]!,
    }));
    for (const other of met) likeness[other] = 0;
    return likest(all, limit);
  };
}

function likest(all: Neighbour[], limit: number): Neighbour[] {
  if (all.length <= limit) return all;
  // Sorting the numbers alone is many times as fast as sorting the neighbours.
  const least = Float64Array.from(all, ({ likeness }) => likeness).sort()[all.length - limit]!;
  const above = all.filter(({ likeness }) => likeness > least);
  const equal = all.filter(({ likeness }) => likeness === least);
  equal.sort((one, other) => other.session - one.session);
  return [...above, ...equal.slice(0, limit - above.length)];
}
