import type { Bundle } from "../../core/bundle/bundle.ts";
import { type BlendWeights, NO_WEIGHTS, type SourceName } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName, type TrackIndex } from "../../core/domain/ids.ts";
import type { TrackBits } from "./track-bits.ts";

/** Finds the best tracks of a catalogue for a blend of tastes. All implementations give the same
 *  bits.
 *
 *  **The score** of a track is float32 arithmetic, every operation rounded, in this order: -
 *  `query_m[j] = w_m · taste_m[j]`, with w_m rounded to float32 first; - `dot_m`: product j is
 *  added to lane j mod 4, from low j to high; then (0 + 1) + (2 + 3); - `part_m = dot_m + w_m ·
 *  bias_m`, and 0 where the weight is 0 or there is no taste; - `part_popularity = w_popularity
 *  · popularity`; - `part_s = w_s · value_s` for the sparse sources, neighbours and coplay, and 0
 *  where they say nothing of the track; - `score = ((part_short + part_long) + part_popularity)
 *  + (part_neighbours + part_coplay)`.
 *
 *  Of tracks with equal scores the one with the lower index comes first. */
export interface Retriever {
  readonly space: TrackSpace;
  /** The `k` best tracks that are allowed and not excluded, best first; fewer where there are no
   *  more. */
  retrieve(query: RetrievalQuery): RetrievedTrack[];
  /** The `k` tracks whose vectors have the highest cosine with a vector, best first. A vector of
   *  length 0 has cosine 0 with every other. Others use the thread meanwhile. */
  similar(query: SimilarQuery): Promise<SimilarTrack[]>;
}

export interface SimilarQuery {
  readonly model: ModelName;
  /** [D] */
  readonly vector: Float32Array;
  /** May name a track twice. */
  readonly excluded: Iterable<TrackIndex>;
  readonly k: number;
}

export interface RetrievalQuery {
  /** [D] of each model that is to count; finite. */
  readonly tastes: Tastes;
  /** What the sources beside the models say. */
  readonly sparse?: SparseSources;
  /** Finite, not negative. */
  readonly weights: BlendWeights;
  /** May name a track twice. */
  readonly excluded: readonly TrackIndex[] | ReadonlySet<TrackIndex>;
  /** The only tracks that may be found, as a bitset: all of them where it is absent. The search
   *  only reads it, so one bitset may serve many searches. */
  readonly allowed?: TrackBits;
  readonly k: number;
}

export type Tastes = Readonly<Partial<Record<ModelName, Float32Array>>>;

/** The sources that speak of few tracks, and of all others with 0. */
export const SPARSE_NAMES = ["neighbours", "coplay"] as const;
export type SparseName = (typeof SPARSE_NAMES)[number];
export type SparseSources = Readonly<Partial<Record<SparseName, SparseScores>>>;

export interface SparseScores {
  /** Indices of tracks, each once, in any order. */
  readonly tracks: Uint32Array;
  /** [tracks]: finite. */
  readonly values: Float32Array;
}

export interface RetrievedTrack {
  readonly index: TrackIndex;
  readonly score: number;
  /** What each source adds to the score. */
  readonly parts: BlendWeights;
}

export interface SimilarTrack {
  readonly index: TrackIndex;
  readonly similarity: number;
}

/** What tracks are scored by. */
export interface TrackSpace {
  readonly count: number;
  readonly models: Readonly<Partial<Record<ModelName, ModelSpace>>>;
  /** [count] */
  readonly popularity: Float32Array;
}

export interface ModelSpace {
  /** D */
  readonly dimension: number;
  /** [count, D] */
  readonly vectors: Float32Array;
  /** [count] */
  readonly bias: Float32Array;
}

export function trackSpace(bundle: Pick<Bundle, "models" | "popularity">): TrackSpace {
  const models: Partial<Record<ModelName, ModelSpace>> = {};
  for (const name of MODEL_NAMES) {
    const model = bundle.models[name];
    if (model === undefined) continue;
    models[name] = {
      dimension: model.dimension,
      vectors: model.outputVectors,
      bias: model.outputBias,
    };
  }
  return { count: bundle.popularity.length, models, popularity: bundle.popularity };
}

/** The weights that a query's search really uses: float32, and 0 for a model without a taste
 *  and for a source without a word. */
export function effectiveWeights(query: RetrievalQuery): BlendWeights {
  const { tastes, sparse = {}, weights } = query;
  const used: Record<SourceName, number> = { ...NO_WEIGHTS };
  for (const name of MODEL_NAMES) {
    if (tastes[name] !== undefined) used[name] = Math.fround(weights[name]);
  }
  for (const name of SPARSE_NAMES) {
    if (sparse[name] !== undefined) used[name] = Math.fround(weights[name]);
  }
  used.popularity = Math.fround(weights.popularity);
  return used;
}
