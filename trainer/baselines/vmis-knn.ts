import type { BaselineRecipe } from "./baseline.ts";
import { createNearSessions, distinctTracks, type NearRule } from "./near-sessions.ts";
import { indexOccurrences } from "./occurrences.ts";
import type { SessionLog } from "./read-sessions.ts";
import { createTrackScores } from "./track-scores.ts";

/** VMIS-kNN, the recommender of Serenade: V-SKNN's idea over an index, with rare tracks weighing
 *  more and the last track kept out. Where Serenade leaves ties to the order of a hash table, the
 *  later session and the lower track index win. */
export const vmisKnn: BaselineRecipe = {
  name: "vmis_knn",
  source:
    "Kersbergen et al. 2022 (SIGMOD), algorithm 2, as in Serenade's code: the last 9 tracks, " +
    "100 of 1,000 sessions, sessions longer than 99.5% of all left out",
  fit(log) {
    const indexed = withoutLongSessions(log);
    const near = createNearSessions(indexed);
    const rarity = inverseFrequency(indexed);
    const scores = createTrackScores(log.trackIds.length);
    const scoredBy = new Int32Array(log.trackIds.length).fill(-1);
    let heard: number[] = [];
    let place = new Map<number, number>();

    function vote(session: number, similarity: number): void {
      const [from, to] = [indexed.starts[session]!, indexed.starts[session + 1]!];
      let latest = 0;
      for (let event = from; event < to; event++) {
        latest = Math.max(latest, place.get(indexed.track[event]!) ?? 0);
      }
      const weight = similarity * (1 - 0.1 * (heard.length - latest + 1));
      for (let event = from; event < to; event++) {
        const track = indexed.track[event]!;
        if (track < 0 || scoredBy[track] === session) continue;
        scoredBy[track] = session;
        scores.add(track, weight * rarity[track]!);
      }
    }

    return {
      name: "vmis_knn",
      startSession() {
        heard = [];
      },
      hear(track) {
        heard = [...heard, track].slice(-HEARD_MAX);
      },
      rank(k) {
        for (const track of scores.scored()) scoredBy[track] = -1;
        scores.clear();
        place = new Map(heard.map((track, index) => [track, index + 1]));
        place.delete(-1);
        near.visit(heard, ruleFor(place.size), vote);
        const last = heard.at(-1);
        return scores
          .best(k + 1)
          .filter((track) => track !== last)
          .subarray(0, k);
      },
    };
  },
};

const HEARD_MAX = 9;
const LENGTH_QUANTILE = 0.995;

function ruleFor(different: number): NearRule {
  return { sampleMax: 1000, neighboursMax: 100, weigh: (place) => place / different };
}

/** The same log with the events of overlong sessions unknown. */
function withoutLongSessions(log: SessionLog): SessionLog {
  const lengths = distinctTracks(log);
  const lengthMax = lengths.toSorted()[Math.ceil(LENGTH_QUANTILE * lengths.length) - 1] ?? 0;
  const track = log.track.slice();
  const support = log.support.slice();
  for (const [session, length] of lengths.entries()) {
    if (length <= lengthMax) continue;
    for (let event = log.starts[session]!; event < log.starts[session + 1]!; event++) {
      if (track[event]! >= 0) support[track[event]!]! -= 1;
      track[event] = -1;
    }
  }
  return { ...log, track, support };
}

/** [tracks]: ln of all tracks of all sessions over the sessions of this track. */
function inverseFrequency(log: SessionLog): Float64Array {
  const { starts, events, session } = indexOccurrences(log);
  const sessions = Float64Array.from(log.support, (_, track) => {
    const own = events.subarray(starts[track]!, starts[track + 1]!);
    return new Set(Array.from(own, (event) => session[event]!)).size;
  });
  const all = sessions.reduce((sum, count) => sum + count, 0);
  return sessions.map((count) => (count === 0 ? 0 : Math.log(all / count)));
}
