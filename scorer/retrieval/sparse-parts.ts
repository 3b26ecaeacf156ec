import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { SPARSE_TASK_WORDS, type VectorLayout } from "./model-vectors.ts";
import { type RetrievalQuery, SPARSE_NAMES } from "./retriever.ts";

/** The sparse sources' parts of one search at a time, in the memory of the kernels. */
export interface SparseParts {
  /** [count]: zeros but for the tracks that were loaded. */
  readonly neighbours: Float32Array;
  readonly coplay: Float32Array;
  /** Sets the parts of a query. Returns the tracks that have one and are not excluded, in the
   *  memory of the kernels. */
  load(query: Pick<RetrievalQuery, "sparse">, weights: BlendWeights): Uint32Array;
  /** At least the most that both sources say of a track that was loaded, in absolute value. */
  most(): number;
  /** Sets the parts of all that were loaded back to zeros. */
  clear(): void;
}

const [COUNT, SPOKEN_COUNT] = [2, 6];

/** `excluded`: the place of the bitset of those that no search may find. */
export function sparseParts(layout: VectorLayout & { readonly excluded: number }): SparseParts {
  const { buffer, count, kernels, sparseTask } = layout;
  const words = new Uint32Array(buffer, sparseTask, SPARSE_TASK_WORDS);
  // Before a search nothing is scored, and nothing is the best: what is said has their places.
  words.set([layout.best, layout.scores, 0, layout.excluded, layout.spoken, layout.isSpoken, 0]);
  const tracks = new Uint32Array(buffer, layout.best, count);
  const values = new Float32Array(buffer, layout.scores, count);
  const spoken = new Uint32Array(buffer, layout.spoken, count);
  let most = 0;
  return {
    neighbours: new Float32Array(buffer, layout.neighbours, count),
    coplay: new Float32Array(buffer, layout.coplay, count),
    load({ sparse = {} }, weights) {
      for (const name of SPARSE_NAMES) {
        const scores = sparse[name];
        if (scores === undefined || weights[name] === 0) continue;
        tracks.set(scores.tracks);
        values.set(scores.values);
        words[COUNT] = scores.tracks.length;
        most += kernels.loadSparse(sparseTask, layout[name], weights[name]);
      }
      return spoken.subarray(0, words[SPOKEN_COUNT]);
    },
    most: () => most,
    clear() {
      kernels.clearSparse(sparseTask, layout.neighbours, layout.coplay);
      most = 0;
    },
  };
}
