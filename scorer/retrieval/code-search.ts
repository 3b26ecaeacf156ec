import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES, type TrackIndex } from "../../core/domain/ids.ts";
import { writeReaches } from "./cluster-reach.ts";
import { CODE_TASK_WORDS, type CodeLayout } from "./code-layout.ts";
import { cosineScan } from "./cosine-scan.ts";
import { loadExcluded } from "./load-excluded.ts";
import { type LoadedQueries, loadQueries } from "./model-vectors.ts";
import {
  effectiveWeights,
  type RetrievalQuery,
  type RetrievedTrack,
  type Retriever,
} from "./retriever.ts";
import { type TrackScoring, trackScoring } from "./score-tracks.ts";
import { type SparseParts, sparseParts } from "./sparse-parts.ts";
import { addTrack, countTracks, forEachTrack, type TrackBits } from "./track-bits.ts";
import { lengthOf } from "./vector-length.ts";

/** A search that reads a part of the tracks, and scores a part of these. */
export interface CodeSearch extends Retriever {
  /** Of the last search: how many tracks it read, and how many it scored. */
  effort(): SearchEffort;
}

export interface SearchEffort {
  readonly read: number;
  readonly scored: number;
}

/** How far a search goes: higher is more, and slower. */
export interface SearchReach {
  /** How many times its spread above its mean the best track of a cluster is expected. */
  readonly reach: number;
  /** How many times the length of the query's coordinates codes may be wrong. */
  readonly margin: number;
}

/** Where at most so many tracks are allowed, and so large a part of the catalogue, all of them are
 *  scored. */
const ALLOWED_MAX = 4096;
const ALLOWED_SHARE_MAX = 1 / 8;

/** Search in the clusters whose best track is expected among the best. Of each track that it reads
 *  it tells by its codes about what it scores, and scores, by the definition in `Retriever`, those
 *  that come near the k best. Tracks that a sparse source speaks of are scored first, as far as
 *  they can come into the list, since they raise the bar for all others. So a list can lack
 *  tracks, but never has one with another score, and is short only where all tracks were read. */
export function openCodeSearch(layout: CodeLayout, how: SearchReach): CodeSearch {
  const sparse = sparseParts(layout.count);
  let effort: SearchEffort = { read: 0, scored: 0 };
  const retrieve = (query: RetrievalQuery): RetrievedTrack[] => {
    const k = Math.min(query.k, layout.count);
    if (k <= 0) return [];
    const weights = effectiveWeights(query);
    const queries = loadQueries(layout, query.tastes, weights);
    const excluded = new Uint32Array(layout.buffer, layout.excluded, layout.excludedWords);
    loadExcluded(excluded, query);
    // Rows that only fill a block have this one.
    addTrack(excluded, layout.count as TrackIndex);
    const spoken = sparse.load(query, weights, excluded);
    const scoring = trackScoring(layout, { weights, queries, sparse });
    const search: Search = { layout, how, k, weights, queries, sparse, excluded, spoken, scoring };
    const most = Math.min(ALLOWED_MAX, ALLOWED_SHARE_MAX * layout.count);
    const isFew = query.allowed !== undefined && countTracks(query.allowed, most) <= most;
    const scored = isFew ? scoreAllowed(search) : scoreFound(search);
    effort = { read: isFew ? 0 : rowsRead(layout), scored };
    const best = scoring.best(scored, k);
    sparse.clear(spoken);
    return best;
  };
  return { space: layout.space, retrieve, similar: cosineScan(layout), effort: () => effort };
}

interface Search {
  readonly layout: CodeLayout;
  readonly how: SearchReach;
  readonly k: number;
  readonly weights: BlendWeights;
  readonly queries: LoadedQueries;
  readonly sparse: SparseParts;
  readonly excluded: TrackBits;
  readonly spoken: readonly TrackIndex[];
  readonly scoring: TrackScoring;
}

/** Scores every track that is not excluded. Returns how many those are. */
function scoreAllowed({ layout, excluded, scoring }: Search): number {
  const candidates = new Int32Array(layout.buffer, layout.candidates, layout.count);
  let count = 0;
  forEachTrack(excluded, layout.count, "absent", (track) => {
    candidates[count++] = track;
  });
  scoring.score(0, count);
  return count;
}

/** Scores the tracks that are spoken of, and those that are found beside them. Returns how many
 *  candidates there are. */
function scoreFound(search: Search): number {
  const { layout, k, scoring } = search;
  const coordinates = loadQuery(search);
  writeReaches(layout, search.queries, { ...search.how, weights: search.weights });
  new Float32Array(layout.buffer, layout.heap, k).fill(Number.NEGATIVE_INFINITY);
  const spoken = scoreSpoken(search);
  writeTask(layout, { k, spoken, margin: search.how.margin * coordinates });
  const found = layout.kernels.searchCodes(layout.task);
  scoring.score(spoken, spoken + found);
  return spoken + found;
}

/** So small a length counts as some, lest a margin without end be nothing. */
const LENGTH_MIN = 2 ** -100;

/** Writes the query's columns and its coordinates; returns the length of these. */
function loadQuery({ layout, queries, weights }: Search): number {
  const { buffer, kernels, query, axes, width, coordinates, turned } = layout;
  const columns = new Float32Array(buffer, query, width);
  let at = 0;
  for (const name of MODEL_NAMES) {
    const model = layout.models[name];
    if (model === undefined) continue;
    const { dimension } = model.space;
    const own = queries[name];
    if (own === undefined) columns.fill(0, at, at + dimension + 1);
    else columns.set(own, at);
    at += dimension;
    columns[at++] = own === undefined ? 0 : weights[name];
  }
  columns[at] = weights.popularity;
  kernels.dotRows(query, axes, width, 0, coordinates, turned);
  return Math.max(LENGTH_MIN, lengthOf(new Float32Array(buffer, turned, coordinates)));
}

/** Scores the tracks that sparse sources speak of and lets the bar rise by them: first those that
 *  are spoken of more than the average, and of the others those that can reach it. Returns how
 *  many; the search passes over all. */
function scoreSpoken({ layout, k, sparse, excluded, spoken, scoring }: Search): number {
  const { buffer, kernels, clusterOf, clusterCount, heap } = layout;
  const candidates = new Int32Array(buffer, layout.candidates, layout.count);
  const reaches = new Float32Array(buffer, layout.reaches, clusterCount);
  const saidOf = (track: TrackIndex) => sparse.neighbours[track]! + sparse.coplay[track]!;
  let sum = 0;
  for (const track of spoken) {
    addTrack(excluded, track);
    sum += saidOf(track);
  }
  const mean = sum / spoken.length;
  let count = 0;
  for (const track of spoken) if (saidOf(track) >= mean) candidates[count++] = track;
  scoring.score(0, count);
  kernels.offerScores(heap, k, layout.scores, count);
  const bar = new Float32Array(buffer, heap, 1)[0]!;
  const before = count;
  for (const track of spoken) {
    const said = saidOf(track);
    if (said >= mean || said + reaches[clusterOf[track]!]! < bar) continue;
    candidates[count++] = track;
  }
  scoring.score(before, count);
  kernels.offerScores(heap, k, layout.scores + before * 4, count - before);
  return count;
}

/** Fills the kernel's `CodeTask`, word by word. */
function writeTask(
  layout: CodeLayout,
  { k, spoken, margin }: { readonly k: number; readonly spoken: number; readonly margin: number },
): void {
  const words = new Uint32Array(layout.buffer, layout.task, CODE_TASK_WORDS);
  words.set([layout.turned, layout.books, layout.widths, layout.subspaces]);
  words.set([layout.sums, layout.tables, 0, 0, layout.codes, layout.tracks, layout.excluded], 4);
  words.set([layout.firsts, layout.sizes, layout.bases, layout.reaches, layout.waiting], 11);
  words.set([layout.clusterCount, layout.heap, k], 16);
  new Float32Array(layout.buffer, layout.task, CODE_TASK_WORDS)[19] = margin;
  words.set([layout.candidates + spoken * 4, layout.scores + spoken * 4, 0], 20);
}

function rowsRead({ buffer, task }: CodeLayout): number {
  return new Uint32Array(buffer, task, CODE_TASK_WORDS)[CODE_TASK_WORDS - 1]!;
}
