import type { BaselineRecipe } from "./baseline.ts";
import { createNearSessions, type NearRule } from "./near-sessions.ts";
import { createTrackScores } from "./track-scores.ts";

/** Vector multiplication session-based kNN: tracks of the sessions most like this one, where late
 *  tracks of the present session count more. */
export const vsknn: BaselineRecipe = {
  name: "vsknn",
  source:
    "Ludewig & Jannach 2018 (arXiv 1803.09587), section 3.2, V-SKNN; session-rec's parameters " +
    "for Nowplaying: 100 of 2,500 sessions, quadratic weights",
  fit(log) {
    const near = createNearSessions(log);
    const scores = createTrackScores(log.trackIds.length);
    const place = new Int32Array(log.trackIds.length);
    const scoredBy = new Int32Array(log.trackIds.length).fill(-1);
    let heard: number[] = [];

    function vote(session: number, similarity: number): void {
      const [from, to] = [log.starts[session]!, log.starts[session + 1]!];
      let latest = 0;
      for (let event = from; event < to; event++) {
        const track = log.track[event]!;
        if (track >= 0) latest = Math.max(latest, place[track]!);
      }
      const step = heard.length - latest + 1;
      const weight = similarity / (step * step);
      for (let event = from; event < to; event++) {
        const track = log.track[event]!;
        if (track < 0 || scoredBy[track] === session) continue;
        scoredBy[track] = session;
        scores.add(track, weight);
      }
    }

    return {
      name: "vsknn",
      startSession() {
        for (const track of heard) place[track] = 0;
        heard = [];
      },
      hear(track) {
        heard.push(track);
        if (track >= 0) place[track] = heard.length;
      },
      rank(k) {
        for (const track of scores.scored()) scoredBy[track] = -1;
        scores.clear();
        near.visit(heard, RULE, vote);
        return scores.best(k);
      },
    };
  },
};

const RULE: NearRule = {
  sampleMax: 2500,
  neighboursMax: 100,
  weigh: (place, length) => (place / length) ** 2,
};
