import type { Bundle } from "../../../core/bundle/bundle.ts";
import {
  MODEL_NAMES,
  type ModelName,
  type TrackHash,
  type TrackId,
  type TrackIndex,
} from "../../../core/domain/ids.ts";
import type { Origin } from "./derived.ts";
import { type NewTracks, openNewTracks } from "./new-tracks.ts";

/** All tracks that can be in a list: the bundle's, and the new ones after them. */
export interface ServedTracks {
  /** How many are the bundle's. */
  readonly bundled: number;
  /** No index of a track is at or above it. It grows, and without new tracks it is `bundled`. */
  end(): number;
  /** How many can be in a list. */
  size(): number;
  /** Whether an index below `end` is that of a track that can be in a list. */
  has(index: TrackIndex): boolean;
  indexOf(track: TrackId): TrackIndex | undefined;
  indexOfHash(hash: TrackHash): TrackIndex | undefined;
  idOf(index: TrackIndex): TrackId;
  /** Undefined where the bundle has no such model. */
  vectorOf(name: ModelName, index: TrackIndex): Float32Array | undefined;
  /** The dot product of `vector` with the track's; 0 where the bundle has no such model. */
  dot(name: ModelName, vector: Float32Array, index: TrackIndex): number;
  popularityOf(index: TrackIndex): number;
  /** Undefined for a track of the bundle. */
  originOf(index: TrackIndex): Origin | undefined;
  /** All of that at once, which stays as it is whatever becomes of the track. */
  scored(index: TrackIndex): ScoredTrack;
}

/** What a track is scored by. */
export interface ScoredTrack {
  readonly index: TrackIndex;
  /** [D] of each model. */
  readonly vectors: Readonly<Partial<Record<ModelName, Float32Array>>>;
  readonly biases: Readonly<Partial<Record<ModelName, number>>>;
  readonly popularity: number;
}

export type CataloguedBundle = Pick<
  Bundle,
  "models" | "popularity" | "trackIds" | "indexOf" | "indexOfHash"
>;

/** Without `fresh` there are no new tracks. Nobody has played a new track as far as the bundle
 *  knows: it is as popular as the bundle's least popular one. */
export function servedTracks(
  bundle: CataloguedBundle,
  fresh: NewTracks = noNewTracks(bundle),
): ServedTracks {
  const { models, popularity, trackIds } = bundle;
  const bundled = trackIds.length;
  const popularityMin = popularity.reduce((least, value) => Math.min(least, value), 0);

  function vectorOf(name: ModelName, index: TrackIndex): Float32Array | undefined {
    if (index >= bundled) return fresh.derivedOf(index)?.models[name]?.vector;
    const model = models[name];
    const from = index * (model?.dimension ?? 0);
    return model?.outputVectors.subarray(from, from + model.dimension);
  }

  const popularityOf = (index: TrackIndex) =>
    index < bundled ? popularity[index]! : popularityMin;

  return {
    bundled,
    end: fresh.end,
    size: () => bundled + fresh.shown(),
    has: (index) => index < bundled || fresh.derivedOf(index) !== undefined,
    indexOf: (track) => bundle.indexOf(track) ?? fresh.indexOf(track),
    indexOfHash: (hash) => bundle.indexOfHash(hash) ?? fresh.indexOfHash(hash),
    idOf: (index) => (index < bundled ? trackIds[index]! : fresh.idOf(index)!),
    ...{ vectorOf, popularityOf },
    dot(name, vector, index) {
      const model = models[name];
      if (model === undefined) return 0;
      const isNew = index >= bundled;
      const values = isNew ? vectorOf(name, index)! : model.outputVectors;
      const from = isNew ? 0 : index * model.dimension;
      let sum = 0;
      for (let axis = 0; axis < vector.length; axis++) sum += vector[axis]! * values[from + axis]!;
      return sum;
    },
    originOf: (index) => fresh.derivedOf(index)?.origin,
    scored(index) {
      const vectors: Partial<Record<ModelName, Float32Array>> = {};
      const biases: Partial<Record<ModelName, number>> = {};
      for (const name of MODEL_NAMES) {
        const vector = vectorOf(name, index);
        if (vector === undefined) continue;
        vectors[name] = vector;
        biases[name] =
          fresh.derivedOf(index)?.models[name]?.bias ?? models[name]!.outputBias[index]!;
      }
      return { index, vectors, biases, popularity: popularityOf(index) };
    },
  };
}

function noNewTracks({ trackIds }: CataloguedBundle): NewTracks {
  return openNewTracks({ first: trackIds.length, max: 0, dimensions: {}, isTaken: () => true });
}
