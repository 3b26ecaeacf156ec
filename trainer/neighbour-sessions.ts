import type { NeighbourSessions } from "../core/bundle/bundle.ts";
import type { NeighboursConfig } from "./config.ts";
import type { Sequences } from "./sequences.ts";
import { wantedTracks } from "./wanted-tracks.ts";

/** The newest of `sessions` as a bundle keeps them, with the tracks that were not skipped; sessions
 *  of fewer than two such tracks have no neighbour to offer. Undefined where none is left. */
export function neighbourSessions(
  sequences: Sequences,
  sessions: Int32Array,
  config: NeighboursConfig,
): NeighbourSessions | undefined {
  const kept: Uint32Array[] = [];
  for (let at = sessions.length - 1; at >= 0 && kept.length < config.sessionsMax; at--) {
    const tracks = wantedTracks(sequences, sessions[at]!);
    if (tracks.length > 1) kept.push(tracks);
  }
  if (kept.length === 0) return undefined;
  kept.reverse();
  const sessionStarts = new Uint32Array(kept.length + 1);
  for (const [session, tracks] of kept.entries()) {
    sessionStarts[session + 1] = sessionStarts[session]! + tracks.length;
  }
  const sessionTracks = new Uint32Array(sessionStarts[kept.length]!);
  for (const [session, tracks] of kept.entries()) {
    sessionTracks.set(tracks, sessionStarts[session]!);
  }
  return {
    neighbours_max: config.neighboursMax,
    sessions_per_track_max: config.sessionsPerTrackMax,
    recency_sessions: Math.max(1, config.recencyShare * kept.length),
    sharpness: config.sharpness,
    sessionStarts,
    sessionTracks,
  };
}
