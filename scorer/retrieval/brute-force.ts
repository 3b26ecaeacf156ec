import type { TrackIndex } from "../../core/domain/ids.ts";
import {
  effectiveWeights,
  type ModelSpace,
  type RetrievalQuery,
  type RetrievedTrack,
  type Retriever,
  type SimilarQuery,
  type SimilarTrack,
  type SparseScores,
  type TrackSpace,
} from "./retriever.ts";
import { hasTrack } from "./track-bits.ts";

/** The definition of `Retriever` in plain words: scores every track and sorts. The tests hold
 *  the fast one to it. */
export function bruteForce(space: TrackSpace): Retriever {
  return {
    space,
    retrieve: (query) => retrieve(space, query),
    similar: async (query) => similar(space, query),
  };
}

function retrieve(space: TrackSpace, query: RetrievalQuery): RetrievedTrack[] {
  const excluded = new Set(query.excluded);
  const weights = effectiveWeights(query);
  const shortPart = scorePart(space.models.short, query.tastes.short, weights.short);
  const longPart = scorePart(space.models.long, query.tastes.long, weights.long);
  const neighboursPart = sparsePart(query.sparse?.neighbours, weights.neighbours);
  const coplayPart = sparsePart(query.sparse?.coplay, weights.coplay);
  const scored: RetrievedTrack[] = [];
  for (let row = 0; row < space.count; row++) {
    const index = row as TrackIndex;
    if (excluded.has(index)) continue;
    if (query.allowed !== undefined && !hasTrack(query.allowed, index)) continue;
    const parts = {
      short: shortPart(row),
      long: longPart(row),
      neighbours: neighboursPart(index),
      coplay: coplayPart(index),
      popularity: Math.fround(weights.popularity * space.popularity[row]!),
    };
    const models = Math.fround(parts.short + parts.long);
    const dense = Math.fround(models + parts.popularity);
    const sparse = Math.fround(parts.neighbours + parts.coplay);
    scored.push({ index, parts, score: Math.fround(dense + sparse) });
  }
  // Sorting is stable, so equal scores stay in order of index.
  return scored.sort((one, other) => other.score - one.score).slice(0, query.k);
}

function scorePart(
  model: ModelSpace | undefined,
  taste: Float32Array | undefined,
  weight: number,
): (row: number) => number {
  if (model === undefined || taste === undefined || weight === 0) return () => 0;
  const query = taste.map((value) => weight * value);
  return (row) => {
    const bias = Math.fround(weight * model.bias[row]!);
    return Math.fround(dotInLanes(query, rowOf(model, row)) + bias);
  };
}

function sparsePart(
  scores: SparseScores | undefined,
  weight: number,
): (track: TrackIndex) => number {
  if (scores === undefined || weight === 0) return () => 0;
  const values = new Map<number, number>();
  for (const [at, track] of scores.tracks.entries()) values.set(track, scores.values[at]!);
  return (track) => Math.fround(weight * (values.get(track) ?? 0));
}

function similar(space: TrackSpace, query: SimilarQuery): SimilarTrack[] {
  const model = space.models[query.model];
  if (model === undefined) return [];
  const excluded = new Set(query.excluded);
  const length = Math.sqrt(dotInLanes(query.vector, query.vector));
  const found: SimilarTrack[] = [];
  for (let row = 0; row < space.count; row++) {
    const index = row as TrackIndex;
    if (excluded.has(index)) continue;
    const vector = rowOf(model, row);
    const lengths = length * Math.sqrt(dotInLanes(vector, vector));
    const similarity = lengths > 0 ? Math.fround(dotInLanes(query.vector, vector) / lengths) : 0;
    found.push({ index, similarity });
  }
  return found.sort((one, other) => other.similarity - one.similarity).slice(0, query.k);
}

function rowOf(model: ModelSpace, row: number): Float32Array {
  return model.vectors.subarray(row * model.dimension, (row + 1) * model.dimension);
}

function dotInLanes(query: Float32Array, vector: Float32Array): number {
  const lanes = new Float32Array(4);
  for (let column = 0; column < vector.length; column++) {
    const lane = column & 3;
    lanes[lane] = lanes[lane]! + Math.fround(query[column]! * vector[column]!);
  }
  return Math.fround(Math.fround(lanes[0]! + lanes[1]!) + Math.fround(lanes[2]! + lanes[3]!));
}
