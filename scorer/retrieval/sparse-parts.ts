import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { type RetrievalQuery, SPARSE_NAMES } from "./retriever.ts";
import { hasTrack, type TrackBits } from "./track-bits.ts";

/** The sparse sources' parts of one search at a time. */
export interface SparseParts {
  /** [count]: zeros but for the tracks that were loaded. */
  readonly neighbours: Float32Array;
  readonly coplay: Float32Array;
  /** Sets the parts of a query; returns the tracks that have one and are not excluded. */
  load(query: RetrievalQuery, weights: BlendWeights, excluded: TrackBits): readonly TrackIndex[];
  /** Sets the parts of these tracks back to zeros. */
  clear(tracks: readonly TrackIndex[]): void;
}

export function sparseParts(count: number): SparseParts {
  const neighbours = new Float32Array(count);
  const coplay = new Float32Array(count);
  const isLoaded = new Uint8Array(count);
  const parts = { neighbours, coplay };
  return {
    ...parts,
    load(query, weights, excluded) {
      const loaded: TrackIndex[] = [];
      for (const name of SPARSE_NAMES) {
        const scores = query.sparse?.[name];
        if (scores === undefined || weights[name] === 0) continue;
        const { tracks, values } = scores;
        const [part, weight] = [parts[name], weights[name]];
        for (let at = 0; at < tracks.length; at++) {
          const track = tracks[at]!;
          if (hasTrack(excluded, track)) continue;
          part[track] = weight * values[at]!;
          if (isLoaded[track] === 0) loaded.push(track);
          isLoaded[track] = 1;
        }
      }
      return loaded;
    },
    clear(tracks) {
      for (const track of tracks) {
        neighbours[track] = 0;
        coplay[track] = 0;
        isLoaded[track] = 0;
      }
    },
  };
}
