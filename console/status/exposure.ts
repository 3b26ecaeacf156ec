import { setImmediate as othersRun } from "node:timers/promises";
import type { TrackId } from "../../core/domain/ids.ts";
import type { Recommendation } from "../../scorer/recommendation.ts";

/** How often tracks were recommended of late. */
export interface Exposure {
  readonly onRecommended: (recommendation: Pick<Recommendation, "tracks">) => void;
  /** Counts the remembered lists, a part of them at a time. */
  count(): Promise<ExposureCount>;
}

export interface ExposureCount {
  readonly lists: number;
  /** Tracks that were in any of these lists. */
  readonly byTrack: ReadonlyMap<TrackId, TrackExposure>;
}

export interface TrackExposure {
  /** In how many of the lists it was. */
  readonly lists: number;
  /** The mean of its places in them, of which the first is 1. */
  readonly meanRank: number;
}

/** Places of lists that are counted between two turns of others. */
const CHUNK = 20_000;

/** Remembers the newest recommended tracks, at most `remembered` of them over all lists. A list
 *  costs one write a track; all counting is left to whoever asks. */
export function createExposure(remembered: number): Exposure {
  const tracks: TrackId[] = [];
  const ranks = new Uint32Array(remembered);
  let written = 0;
  return {
    onRecommended(recommendation) {
      let rank = 0;
      for (const { track } of recommendation.tracks) {
        const at = written % remembered;
        tracks[at] = track;
        ranks[at] = ++rank;
        written += 1;
      }
    },
    async count() {
      const sums = new Map<TrackId, { lists: number; ranks: number }>();
      // What is recommended meanwhile replaces older places, so that none is counted twice.
      const places = tracks.length;
      let lists = 0;
      for (let at = 0; at < places; at++) {
        if (at % CHUNK === CHUNK - 1) await othersRun();
        const rank = ranks[at]!;
        if (rank === 1) lists += 1;
        const sum = sums.get(tracks[at]!);
        if (sum === undefined) sums.set(tracks[at]!, { lists: 1, ranks: rank });
        else {
          sum.lists += 1;
          sum.ranks += rank;
        }
      }
      const byTrack = new Map<TrackId, TrackExposure>();
      for (const [track, sum] of sums) {
        byTrack.set(track, { lists: sum.lists, meanRank: sum.ranks / sum.lists });
      }
      return { lists, byTrack };
    },
  };
}

/** The tracks that were in most lists, at most `k`; of equals those that stood higher. */
export function mostExposed({ byTrack }: ExposureCount, k: number): TrackId[] {
  return [...byTrack]
    .sort(([, one], [, other]) => other.lists - one.lists || one.meanRank - other.meanRank)
    .slice(0, k)
    .map(([track]) => track);
}
