import type { BaselineRecipe } from "./baseline.ts";
import { createTrackScores } from "./track-scores.ts";

/** The most played tracks of the log, the same for everyone. */
export const popularity: BaselineRecipe = {
  name: "popularity",
  source: "plays in the training log",
  fit({ trackIds }) {
    const scores = createTrackScores(trackIds.length);
    return {
      name: "popularity",
      startSession: () => undefined,
      hear: () => undefined,
      // Indices stand in order of plays, so a ranking without scores is the one by plays.
      rank: (k) => scores.best(k),
    };
  },
};

/** Session popularity: how often a track was played in this session, plus supp / (1 + supp) for the
 *  log's most played tracks, which breaks ties. */
export const sessionPopularity: BaselineRecipe = {
  name: "session_popularity",
  source: "Hidasi et al. 2016 (arXiv 1511.06939), section 4; the log's 100 most played tracks",
  fit({ trackIds, support }) {
    const plays = createTrackScores(trackIds.length);
    return {
      name: "session_popularity",
      startSession: plays.clear,
      hear(track) {
        if (track < 0) return;
        const prior = track < PRIOR_TRACKS ? support[track]! / (1 + support[track]!) : 0;
        plays.set(track, Math.max(prior, plays.get(track)) + 1);
      },
      rank: (k) => plays.best(k),
    };
  },
};

const PRIOR_TRACKS = 100;
