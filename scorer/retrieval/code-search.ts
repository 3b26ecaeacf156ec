import type { TrackIndex } from "../../core/domain/ids.ts";
import type { CodeLayout } from "./code-layout.ts";
import { openCodeTask } from "./code-task.ts";
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

export interface SearchEffort {
  readonly read: number;
  readonly scored: number;
}

/** Where at most so many tracks are allowed, and so large a part of the catalogue, no cluster is
 *  read: all of them are looked at; and few enough are scored at once. */
const ALLOWED_MAX = 8192;
const ALLOWED_SHARE_MAX = 1 / 8;
const ALLOWED_SCORED_MAX = 512;

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
  const most = Math.min(ALLOWED_MAX, ALLOWED_SHARE_MAX * count);
  const retrieve = (query: RetrievalQuery): RetrievedTrack[] => {
    const k = Math.min(query.k, count);
    if (k <= 0) return [];
    const weights = effectiveWeights(query);
    const queries = loadQueries(layout, query.tastes, weights);
    let isFew = false;
    if (query.allowed !== undefined) {
      excluded.set(query.allowed.subarray(0, excludedWords));
      isFew = kernels.invertBits(layout.excluded, 8 * Math.ceil(excludedWords / 2)) <= most;
      addTrack(excluded, nobody);
    }
    for (const track of query.excluded) addTrack(excluded, track);
    let length = sparse.load(query, { weights, excluded }, listed);
    if (isFew) length = kernels.listAbsent(layout.excluded, count, layout.listed);
    task.loadQuery(queries, weights);
    scoring.begin(weights, queries);
    const isScored = isFew && length <= ALLOWED_SCORED_MAX;
    const { reach, margin: usual } = reachFor(how, k);
    const margin = isScored ? Number.POSITIVE_INFINITY : usual;
    const plan = { listed: length, readsClusters: !isFew, k, reach, margin };
    const best = scoring.listed(task.run(plan));
    sparse.clear();
    if (query.allowed !== undefined) excluded.fill(0);
    else for (const track of query.excluded) removeTrack(excluded, track);
    addTrack(excluded, nobody);
    return best;
  };
  const effort = (): SearchEffort => ({ read: task.rowsRead(), scored: task.scored() });
  return { space: layout.space, retrieve, similar: cosineScan(layout), effort };
}
