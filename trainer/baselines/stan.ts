import type { BaselineRecipe } from "./baseline.ts";
import { createNearSessions, distinctTracks, type NearRule } from "./near-sessions.ts";
import type { SessionLog } from "./read-sessions.ts";
import { createTrackScores } from "./track-scores.ts";

/** Sequence and time aware neighbourhood: late tracks of the present session count more, late
 *  sessions count more, and so do tracks near the shared one. */
export const stan: BaselineRecipe = {
  name: "stan",
  source:
    "Garg et al. 2019 (SIGIR), equations 2 to 5, as in session-rec, with its parameters for " +
    "Nowplaying: 100 of 5,000 sessions, λ 2.55 places, 100 days (24,000 sessions where the log " +
    "has no clock), 20.4 places",
  fit(log) {
    const near = createNearSessions(log);
    const rule = nearRule(log);
    const scores = createTrackScores(log.trackIds.length);
    const isHeard = new Uint8Array(log.trackIds.length);
    const scoredBy = new Int32Array(log.trackIds.length).fill(-1);
    let heard: number[] = [];

    function vote(session: number, similarity: number): void {
      const [from, to] = [log.starts[session]!, log.starts[session + 1]!];
      let shared = to - 1;
      while (log.track[shared]! < 0 || isHeard[log.track[shared]!] === 0) shared -= 1;
      // From the end, so that a track counts by its last place.
      for (let event = to - 1; event >= from; event--) {
        const track = log.track[event]!;
        if (track < 0 || scoredBy[track] === session) continue;
        scoredBy[track] = session;
        scores.add(track, similarity * Math.exp(-Math.abs(event - shared) / NEAR_PLACES));
      }
    }

    return {
      name: "stan",
      startSession() {
        for (const track of heard) isHeard[track] = 0;
        heard = [];
      },
      hear(track) {
        heard.push(track);
        if (track >= 0) isHeard[track] = 1;
      },
      rank(k) {
        for (const track of scores.scored()) scoredBy[track] = -1;
        scores.clear();
        near.visit(heard, rule, vote);
        return scores.best(k);
      },
    };
  },
};

const DAY_MS = 24 * 60 * 60 * 1000;
const LATE_PLACES = 2.55;
const LATE_SESSION_MS = 100 * DAY_MS;
/** As many sessions as 100 days of Nowplaying hold, by the 14,480 of its last 60 days. */
const LATE_SESSIONS = 24_000;
const NEAR_PLACES = 20.4;

/** The cosine of both sessions, times the decay by the neighbour's age. Ages count from the end of
 *  the log: that the present is later is one factor for all neighbours. */
function nearRule(log: SessionLog): NearRule {
  const distinct = distinctTracks(log);
  const endedAtMs = Float64Array.from(
    distinct,
    (_, session) => log.happenedAtMs[log.starts[session + 1]! - 1]!,
  );
  const lastMs = endedAtMs.at(-1) ?? 0;
  return {
    sampleMax: 5000,
    neighboursMax: 100,
    weigh: (place, length) => Math.exp((place - length) / LATE_PLACES),
    similarity(sum, session, weights) {
      let squares = 0;
      for (const weight of weights.values()) squares += weight * weight;
      const cosine = sum / Math.sqrt(squares * distinct[session]!);
      const age = log.realClock
        ? (lastMs - endedAtMs[session]!) / LATE_SESSION_MS
        : (distinct.length - 1 - session) / LATE_SESSIONS;
      return cosine * Math.exp(-age);
    },
  };
}
