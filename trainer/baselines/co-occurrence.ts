import type { BaselineRecipe } from "./baseline.ts";
import { indexOccurrences } from "./occurrences.ts";
import type { SessionLog } from "./read-sessions.ts";
import { createTrackScores, type TrackScores } from "./track-scores.ts";

/** Ranks by what stood near the last track in the sessions of the log. */
interface CoOccurrence {
  readonly name: string;
  readonly source: string;
  /** What a track counts that stands `distance` events after the last one (before it where the
   *  distance is negative); 0 for nothing. */
  weigh(distance: number): number;
  /** How far apart tracks may stand, in events. */
  readonly distanceMax: number;
  /** A track counts once for each time the last one occurs, however often it stands near it. */
  readonly countsOnce: boolean;
  /** Whether a track may follow itself. */
  readonly withSelf: boolean;
  /** What a sum is divided by, of the supports of both tracks. */
  readonly norm?: (supportOfLast: number, supportOfOther: number) => number;
}

function coOccurrence(rule: CoOccurrence): BaselineRecipe {
  return {
    name: rule.name,
    source: rule.source,
    fit(sessions) {
      const sum = summing(rule, sessions);
      const scores = createTrackScores(sessions.trackIds.length);
      let last = -1;
      return {
        name: rule.name,
        startSession() {
          last = -1;
        },
        hear(track) {
          last = track;
        },
        rank(k) {
          scores.clear();
          if (last >= 0) sum(last, scores);
          return scores.best(k);
        },
      };
    },
  };
}

/** Rules are summed when they are asked for, from the events at which the track occurs: that is as
 *  fast as looking them up, and nothing needs to be learned or kept. */
function summing(rule: CoOccurrence, log: SessionLog): (last: number, scores: TrackScores) => void {
  const { starts, events, session } = indexOccurrences(log);
  const countedAt = new Int32Array(rule.countsOnce ? log.trackIds.length : 0).fill(-1);
  return (last, scores) => {
    for (let index = starts[last]!; index < starts[last + 1]!; index++) {
      const event = events[index]!;
      const from = Math.max(log.starts[session[event]!]!, event - rule.distanceMax);
      const to = Math.min(log.starts[session[event]! + 1]! - 1, event + rule.distanceMax);
      for (let near = from; near <= to; near++) {
        const other = log.track[near]!;
        const weight = rule.weigh(near - event);
        if (other < 0 || weight === 0 || (other === last && !rule.withSelf)) continue;
        if (rule.countsOnce) {
          if (countedAt[other] === event) continue;
          countedAt[other] = event;
        }
        scores.add(other, weight);
      }
    }
    if (rule.countsOnce) for (const other of scores.scored()) countedAt[other] = -1;
    if (rule.norm === undefined) return;
    for (const other of scores.scored()) {
      scores.set(other, scores.get(other) / rule.norm(log.support[last]!, log.support[other]!));
    }
  };
}

/** How often a track came right after the last one. */
export const markov: BaselineRecipe = coOccurrence({
  name: "markov",
  source: "Ludewig & Jannach 2018 (arXiv 1803.09587), section 3.1, MC",
  weigh: (distance) => (distance === 1 ? 1 : 0),
  distanceMax: 1,
  countsOnce: false,
  withSelf: true,
});

/** How often two tracks stood in one session. */
export const associationRules: BaselineRecipe = coOccurrence({
  name: "association_rules",
  source: "Ludewig & Jannach 2018, section 3.1, AR",
  weigh: (distance) => (distance === 0 ? 0 : 1),
  distanceMax: Number.MAX_SAFE_INTEGER,
  countsOnce: false,
  withSelf: false,
});

const SEQUENTIAL = {
  weigh: (distance: number) => (distance > 0 ? 1 / (distance * distance) : 0),
  distanceMax: 9,
  countsOnce: false,
};

/** How often another track came after the last one, the further off the less. */
export const sequentialRules: BaselineRecipe = coOccurrence({
  name: "sequential_rules",
  source: "Ludewig & Jannach 2018, section 3.1, SR; session-rec's for Nowplaying: 9 steps, 1/step²",
  ...SEQUENTIAL,
  withSelf: false,
});

/** The same where a track may follow itself, as the definition says; it is the stronger one on
 *  music. */
export const repeatingRules: BaselineRecipe = coOccurrence({
  name: "repeating_rules",
  source: "sequential_rules, where a track may follow itself",
  ...SEQUENTIAL,
  withSelf: true,
});

/** Cosine of two tracks' sessions, damped for rare ones. */
export const itemKnn: BaselineRecipe = coOccurrence({
  name: "item_knn",
  source: "Hidasi et al. 2016, section 4, as in GRU4Rec's code: λ = 20, α = 0.5",
  weigh: () => 1,
  distanceMax: Number.MAX_SAFE_INTEGER,
  countsOnce: true,
  withSelf: false,
  norm: (one, other) => Math.sqrt((one + DAMPING) * (other + DAMPING)),
});

const DAMPING = 20;
