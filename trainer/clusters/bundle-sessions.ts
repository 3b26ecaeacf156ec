import type { Bundle, NeighbourSessions } from "../../core/bundle/bundle.ts";
import type { EventFeatures } from "../../core/bundle/features.ts";
import { newFeatureColumns, sharedIntegers, sharedTimes, storeFeatures } from "../event-columns.ts";
import type { HeardSessions } from "./sample-queries.ts";

/** The newest sessions are enough, so many. */
const SESSIONS_MAX = 1024;
const TRACK_MS = 210_000;
const PLAYED: EventFeatures = {
  kind: "finished",
  fractionPlayed: 1,
  gapMs: TRACK_MS,
  sessionStart: false,
  context: "unspecified",
  shuffle: false,
};

/** The newest of the sessions that a bundle holds for its neighbours, as if each was all that its
 *  listener heard, to the end and without a break. */
export function sessionsOfBundle(
  { trackIds }: Pick<Bundle, "trackIds">,
  { sessionStarts, sessionTracks }: NeighbourSessions,
): HeardSessions {
  const all = sessionStarts.length - 1;
  const first = Math.max(0, all - SESSIONS_MAX);
  const from = sessionStarts[first]!;
  const starts = Int32Array.from(sessionStarts.subarray(first), (start) => start - from);
  const track = sharedIntegers(starts.at(-1)!);
  track.set(sessionTracks.subarray(from));
  const features = newFeatureColumns(track.length);
  const beginnings = new Set(starts);
  for (let event = 0; event < track.length; event++) {
    const begins = beginnings.has(event);
    storeFeatures(features, event, begins ? { ...PLAYED, gapMs: 0, sessionStart: true } : PLAYED);
  }
  const walks = { starts: starts.slice(0, -1), ends: starts.slice(1) };
  const after = Int32Array.from(track.keys());
  return {
    sequences: {
      ...{ trackIds, track, features },
      ...{ listenerStarts: starts, sessionStarts: starts, sessionEnds: walks.ends },
      sessionOrder: Int32Array.from(walks.starts.keys()),
      sessionTimesMs: sharedTimes(walks.starts.length),
      realClock: false,
    },
    validation: { walks: { short: walks, long: walks }, predictions: { after, answer: after } },
  };
}
