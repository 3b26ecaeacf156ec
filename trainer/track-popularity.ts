import type { PopularityConfig } from "./config.ts";
import type { Sequences } from "./sequences.ts";
import { wantedTracks } from "./wanted-tracks.ts";

/** A play's weight falls over at least so many sessions; fewer tell chance from taste badly. */
const RECENT_SESSIONS_MIN = 1000;

/** [tracks]: natural logarithm of each track's share of the plays in `sessions`, in order of time,
 *  that were neither skipped nor disliked, with one play more for every track. A play counts e
 *  times less for each `recencyShare` of all sessions that is newer. */
export function trackPopularity(
  sequences: Sequences,
  sessions: Int32Array,
  { recencyShare }: PopularityConfig,
): Float32Array {
  const recentSessions = Math.max(RECENT_SESSIONS_MIN, recencyShare * sessions.length);
  const plays = new Float64Array(sequences.trackIds.length).fill(1);
  for (const [place, session] of sessions.entries()) {
    const weight = Math.exp((place + 1 - sessions.length) / recentSessions);
    for (const track of wantedTracks(sequences, session)) plays[track] = plays[track]! + weight;
  }
  const total = plays.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(plays, (count) => Math.log(count / total));
}
