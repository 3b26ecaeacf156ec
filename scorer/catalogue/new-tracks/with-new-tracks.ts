import type { ModelName, TrackIndex } from "../../../core/domain/ids.ts";
import { mergeFound } from "../../retrieval/merge-found.ts";
import {
  effectiveWeights,
  type RetrievalQuery,
  type RetrievedTrack,
  type Retriever,
  type SimilarQuery,
  type SimilarTrack,
} from "../../retrieval/retriever.ts";
import { selectBest } from "../../retrieval/select-best.ts";
import { hasTrack } from "../../retrieval/track-bits.ts";
import type { NewTracks } from "./new-tracks.ts";
import type { ServedTracks } from "./served-tracks.ts";

/** A search of new tracks beside that of a bundle's: every one of them is scored, by the definition
 *  in `Retriever`, as a track of which no sparse source speaks. Without new tracks it is the
 *  bundle's own search. */
export function withNewTracks(
  base: Retriever,
  { fresh, tracks }: { readonly fresh: NewTracks; readonly tracks: ServedTracks },
): Retriever {
  const popularity = tracks.popularityOf(fresh.first as TrackIndex);
  return {
    space: base.space,
    retrieve(query) {
      const found = base.retrieve(query);
      if (fresh.shown() === 0) return found;
      const others = retrieveNew(fresh, query, popularity);
      // Of equally good ones those of the bundle come first: their indices are lower.
      return mergeFound(found, others, ({ score }) => score).slice(0, Math.max(0, query.k));
    },
    async similar(query) {
      const found = await base.similar(query);
      if (fresh.shown() === 0) return found;
      const others = similarNew(fresh, query);
      return mergeFound(found, others, ({ similarity }) => similarity).slice(0, query.k);
    },
  };
}

function retrieveNew(
  fresh: NewTracks,
  query: RetrievalQuery,
  popularity: number,
): RetrievedTrack[] {
  const weights = effectiveWeights(query);
  const ofPopularity = Math.fround(weights.popularity * popularity);
  const short = modelParts(fresh, "short", query, weights.short);
  const long = modelParts(fresh, "long", query, weights.long);
  const rows = fresh.vectors.count();
  const byRow = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    // Adding 0, which sparse sources say, turns -0 into 0.
    byRow[row] = Math.fround(Math.fround(short(row) + long(row)) + ofPopularity) + 0;
  }
  return bestOf(fresh, byRow, query).map(({ index, row, value }) => ({
    index,
    score: value,
    parts: {
      short: short(row),
      long: long(row),
      neighbours: 0,
      coplay: 0,
      popularity: ofPopularity,
    },
  }));
}

/** By row of the vectors: what a model adds to the score. */
function modelParts(
  { vectors }: NewTracks,
  name: ModelName,
  { tastes }: RetrievalQuery,
  weight: number,
): (row: number) => number {
  const taste = tastes[name];
  if (taste === undefined || weight === 0) return () => 0;
  const dots = vectors.dots(
    name,
    taste.map((value) => weight * value),
  );
  const biases = vectors.biases(name);
  return (row) => Math.fround(dots[row]! + Math.fround(weight * biases[row]!));
}

function similarNew(fresh: NewTracks, query: SimilarQuery): SimilarTrack[] {
  const cosines = fresh.vectors.cosines(query.model, query.vector);
  return bestOf(fresh, cosines, query).map(({ index, value }) => ({ index, similarity: value }));
}

interface Scored {
  readonly index: TrackIndex;
  readonly row: number;
  readonly value: number;
}

/** The `k` best new tracks by the value of their row; of equal ones the lower index comes first. */
function bestOf(
  { first, end, rowOf }: NewTracks,
  byRow: Float32Array,
  query: Pick<RetrievalQuery, "allowed" | "k"> & Pick<SimilarQuery, "excluded">,
): Scored[] {
  const { allowed, k } = query;
  const excluded = new Set<TrackIndex>();
  for (const track of query.excluded) if (track >= first) excluded.add(track);
  const slots = end() - first;
  const values = new Float32Array(slots);
  const indices = new Uint32Array(slots);
  let count = 0;
  for (let slot = 0; slot < slots; slot++) {
    const row = rowOf[slot]!;
    const index = (first + slot) as TrackIndex;
    if (row < 0 || excluded.has(index)) continue;
    if (allowed !== undefined && !hasTrack(allowed, index)) continue;
    values[count] = byRow[row]!;
    indices[count++] = index;
  }
  return Array.from(selectBest(values, count, Math.max(0, k)), (at) => {
    const index = indices[at]! as TrackIndex;
    return { index, row: rowOf[index - first]!, value: values[at]! };
  });
}
