import type { Sources } from "../core/bundle/bundle.ts";
import { seededRandom } from "../trainer/random.ts";

const SESSIONS = 50_000;
const SESSION_TRACKS = 8;
const SUCCESSORS = 20;

/** Other listeners' sessions and what was played after each track, of the sizes that a log of
 *  400,000 plays gives; tracks come by Zipf's law. */
export function benchSources(tracks: number): Sources {
  const random = seededRandom(2, "sources");
  const draw = () => Math.min(tracks - 1, Math.floor((tracks + 1) ** random()) - 1);
  const plays = SESSIONS * SESSION_TRACKS;
  return {
    neighbours: {
      neighbours_max: 300,
      sessions_per_track_max: 500,
      recency_sessions: SESSIONS / 2,
      sharpness: 20_000,
      sessionStarts: Uint32Array.from({ length: SESSIONS + 1 }, (_, at) => at * SESSION_TRACKS),
      sessionTracks: Uint32Array.from({ length: plays }, draw),
    },
    coplay: {
      tracks_max: 10,
      decay: 0.6,
      sharpness: 50,
      starts: Uint32Array.from({ length: tracks + 1 }, (_, at) => at * SUCCESSORS),
      successors: Uint32Array.from({ length: tracks * SUCCESSORS }, draw),
      shares: new Float32Array(tracks * SUCCESSORS).fill(1 / SUCCESSORS),
    },
  };
}
