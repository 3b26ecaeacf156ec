import type { TrackIndex } from "../../core/domain/ids.ts";
import type { CodeLayout } from "./code-layout.ts";
import { openCodeTask, type SearchEffort } from "./code-task.ts";
import { cosineScan } from "./cosine-scan.ts";
import { loadQueries } from "./model-vectors.ts";
import {
  effectiveWeights,
  type RetrievalQuery,
  type RetrievedTrack,
  type Retriever,
} from "./retriever.ts";
import { trackScoring } from "./score-tracks.ts";
import { reachFor, type SearchReach } from "./search-reach.ts";
import { sparseParts } from "./sparse-parts.ts";
import { addTrack, removeTrack } from "./track-bits.ts";

/** A search that reads a part of the tracks, and scores a part of these. */
export interface CodeSearch extends Retriever {
  /** Of the last search: how many tracks it read, and how many it scored. */
  effort(): SearchEffort;
}

/** Where at most so many tracks are allowed, or so large a part of the catalogue if that is more,
 *  no cluster is read: all of them are looked at. Few enough are scored at once. */
const ALLOWED_MAX = 8192;
const ALLOWED_SHARES = { least: 1 / 64, most: 1 / 8 } as const;
const ALLOWED_SCORED_MAX = 1024;

/** Of how many tracks at most a search for `k` looks at more than the codes: some queries have many
 *  that score alike, and take as much longer as they gain little. */
export function nearMax(count: number, k: number): number {
  return Math.ceil(Math.max(NEAR_LEAST, NEAR_SHARE * count, NEAR_TIMES * k));
}

const [NEAR_LEAST, NEAR_SHARE, NEAR_TIMES] = [2048, 1 / 512, 8];

/** Search in the clusters whose best track is expected among the best. Of each track that it reads
 *  it tells by its codes about what it scores, and scores, by the definition in `Retriever`, those
 *  that come near the k best. Tracks that a sparse source speaks of are looked at first, as far as
 *  they can come into the list, since they raise the bar for all others. So a list can lack
 *  tracks, but never has one with another score, and is short only where all tracks were read. */
export function openCodeSearch(layout: CodeLayout, how: SearchReach): CodeSearch {
  const { buffer, count, kernels, excludedWords } = layout;
  const sparse = sparseParts(layout);
  const scoring = trackScoring(layout);
  const task = openCodeTask(layout);
  const listed = new Uint32Array(buffer, layout.listed, count);
  const excluded = new Uint32Array(buffer, layout.excluded, excludedWords);
  // Rows that only fill a block have this one.
  const nobody = count as TrackIndex;
  addTrack(excluded, nobody);
  const fewMax = Math.min(
    ALLOWED_SHARES.most * count,
    Math.max(ALLOWED_MAX, ALLOWED_SHARES.least * count),
  );
  let effort: SearchEffort = { read: 0, near: 0, scored: 0 };
  const retrieve = (query: RetrievalQuery): RetrievedTrack[] => {
    const k = Math.min(query.k, count);
    if (k <= 0) return [];
    const weights = effectiveWeights(query);
    const queries = loadQueries(layout, query.tastes, weights);
    let allowed = count;
    if (query.allowed !== undefined) {
      excluded.set(query.allowed.subarray(0, excludedWords));
      allowed = kernels.invertBits(layout.excluded, 8 * Math.ceil(excludedWords / 2));
      addTrack(excluded, nobody);
    }
    for (const track of query.excluded) addTrack(excluded, track);
    const spoken = sparse.load(query, weights);
    scoring.begin(weights, queries);
    let best: RetrievedTrack[];
    if (allowed <= Math.min(fewMax, ALLOWED_SCORED_MAX)) {
      const scored = kernels.listAbsent(layout.excluded, count, layout.candidates);
      best = scoring.best(scored, k);
      effort = { read: 0, near: scored, scored };
    } else {
      const isFew = allowed <= fewMax;
      if (!isFew) listed.set(spoken);
      const length = isFew
        ? kernels.listAbsent(layout.excluded, count, layout.listed)
        : spoken.length;
      task.loadQuery(queries, weights, sparse.most());
      const plan = {
        listed: length,
        readsClusters: !isFew,
        k,
        nearMax: nearMax(count, k),
        ...reachFor(how, k),
      };
      best = scoring.listed(task.run(plan));
      effort = task.effort();
    }
    sparse.clear();
    if (query.allowed !== undefined) excluded.fill(0);
    else for (const track of query.excluded) removeTrack(excluded, track);
    addTrack(excluded, nobody);
    return best;
  };
  return { space: layout.space, retrieve, similar: cosineScan(layout), effort: () => effort };
}
