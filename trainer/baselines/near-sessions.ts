import { indexOccurrences } from "./occurrences.ts";
import type { SessionLog } from "./read-sessions.ts";
import { bestByScore } from "./track-scores.ts";

/** What a search for sessions like the present one looks at. */
export interface NearRule {
  /** How many sessions are compared: those that ended last of all that share a track. */
  readonly sampleMax: number;
  /** How many of them are kept: the most similar, ties to the one that ended later. */
  readonly neighboursMax: number;
  /** What a shared track counts, by its last place in the present session, from 1. */
  weigh(place: number, length: number): number;
  /** Turns the sum of shared tracks' weights into a similarity; the sum itself if not given. */
  similarity?(sum: number, session: number, weights: ReadonlyMap<number, number>): number;
}

export interface NearSessions {
  /** Calls `take` for each neighbour of the present session, most similar first. */
  visit(
    heard: readonly number[],
    rule: NearRule,
    take: (session: number, similarity: number) => void,
  ): void;
}

/** Finds the sessions of a log that share tracks with a present one. The latest of all that share
 *  any track are among each track's latest, so no more of each are looked at. */
export function createNearSessions(log: SessionLog): NearSessions {
  const occurrences = indexOccurrences(log);
  const sessions = log.starts.length - 1;
  // Sessions go by age here, 0 for the one that ended last, so that a lower number wins a tie.
  const similarity = new Float64Array(sessions);
  const isFound = new Uint8Array(sessions);
  const found = new Int32Array(sessions);

  function findSharing(track: number, weight: number, sampleMax: number, count: number): number {
    let before = -1;
    let looked = 0;
    const first = occurrences.starts[track]!;
    for (let index = occurrences.starts[track + 1]! - 1; index >= first; index--) {
      const session = occurrences.session[occurrences.events[index]!]!;
      if (session === before) continue;
      if (++looked > sampleMax) break;
      before = session;
      const age = sessions - 1 - session;
      similarity[age]! += weight;
      if (isFound[age] === 1) continue;
      isFound[age] = 1;
      found[count++] = age;
    }
    return count;
  }

  return {
    visit(heard, rule, take) {
      const weights = weighHeard(heard, rule);
      let count = 0;
      for (const [track, weight] of weights) {
        count = findSharing(track, weight, rule.sampleMax, count);
      }
      const all = found.subarray(0, count);
      if (count > rule.sampleMax) all.sort();
      const sample = all.subarray(0, rule.sampleMax);
      if (rule.similarity !== undefined) {
        for (const age of sample) {
          similarity[age] = rule.similarity(similarity[age]!, sessions - 1 - age, weights);
        }
      }
      for (const age of bestByScore(sample, similarity, rule.neighboursMax)) {
        take(sessions - 1 - age, similarity[age]!);
      }
      for (const age of all) {
        similarity[age] = 0;
        isFound[age] = 0;
      }
    },
  };
}

/** The weights of the known tracks heard; one heard twice counts by its last place. */
function weighHeard(heard: readonly number[], rule: NearRule): Map<number, number> {
  const weights = new Map<number, number>();
  for (const [index, track] of heard.entries()) {
    if (track >= 0) weights.set(track, rule.weigh(index + 1, heard.length));
  }
  return weights;
}

/** [sessions]: how many different known tracks each session has. */
export function distinctTracks({ starts, track }: SessionLog): Int32Array {
  const distinct = new Int32Array(starts.length - 1);
  for (let session = 0; session < distinct.length; session++) {
    const heard = new Set(track.subarray(starts[session]!, starts[session + 1]!));
    heard.delete(-1);
    distinct[session] = heard.size;
  }
  return distinct;
}
