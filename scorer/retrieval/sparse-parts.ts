import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { VectorLayout } from "./model-vectors.ts";
import { type RetrievalQuery, SPARSE_NAMES } from "./retriever.ts";
import { hasTrack, type TrackBits } from "./track-bits.ts";

/** The sparse sources' parts of one search at a time, in the memory of the kernels. */
export interface SparseParts {
  /** [count]: zeros but for the tracks that were loaded. */
  readonly neighbours: Float32Array;
  readonly coplay: Float32Array;
  /** Sets the parts of a query and writes to `tracks`, [count], those that have one and are not
   *  excluded; returns how many. */
  load(
    query: RetrievalQuery,
    { weights, excluded }: { readonly weights: BlendWeights; readonly excluded: TrackBits },
    tracks: Uint32Array,
  ): number;
  /** At least the most that both sources say of a track that was loaded, in absolute value. */
  most(): number;
  /** Sets the parts of all that were loaded back to zeros. */
  clear(): void;
}

export function sparseParts({ buffer, count, ...places }: VectorLayout): SparseParts {
  const neighbours = new Float32Array(buffer, places.neighbours, count);
  const coplay = new Float32Array(buffer, places.coplay, count);
  const isLoaded = new Uint8Array(count);
  let loaded = new Uint32Array(1024);
  let length = 0;
  let most = 0;
  const parts = { neighbours, coplay };
  return {
    ...parts,
    load(query, { weights, excluded }, tracks) {
      for (const name of SPARSE_NAMES) {
        const scores = query.sparse?.[name];
        if (scores === undefined || weights[name] === 0) continue;
        const [part, weight] = [parts[name], weights[name]];
        const { values } = scores;
        let largest = 0;
        for (let at = 0; at < scores.tracks.length; at++) {
          const track = scores.tracks[at]!;
          if (hasTrack(excluded, track)) continue;
          const said = weight * values[at]!;
          part[track] = said;
          largest = Math.max(largest, Math.abs(said));
          if (isLoaded[track] === 1) continue;
          isLoaded[track] = 1;
          tracks[length++] = track;
        }
        most += Math.fround(largest);
      }
      if (length > loaded.length) loaded = new Uint32Array(2 * length);
      loaded.set(tracks.subarray(0, length));
      return length;
    },
    most: () => most,
    clear() {
      for (let at = 0; at < length; at++) {
        const track = loaded[at]!;
        neighbours[track] = 0;
        coplay[track] = 0;
        isLoaded[track] = 0;
      }
      length = 0;
      most = 0;
    },
  };
}
