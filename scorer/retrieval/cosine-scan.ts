import type { ModelName, TrackIndex } from "../../core/domain/ids.ts";
import type { ModelVectors, VectorLayout } from "./model-vectors.ts";
import type { Retriever, SimilarQuery, SimilarTrack } from "./retriever.ts";
import { selectBest } from "./select-best.ts";

/** `Retriever.similar` over all rows in float32. The rows' lengths are measured on the first
 *  call. */
export function cosineScan(layout: VectorLayout): Retriever["similar"] {
  const lengths = new Map<ModelName, Float64Array>();
  return (query) => {
    const model = layout.models[query.model];
    if (model === undefined) return [];
    let rowLengths = lengths.get(query.model);
    if (rowLengths === undefined) {
      rowLengths = measureRows(layout, model);
      lengths.set(query.model, rowLengths);
    }
    return similar(layout, model, rowLengths, query);
  };
}

/** [count]: each row's Euclidean length. */
function measureRows(layout: VectorLayout, model: ModelVectors): Float64Array {
  const lengths = new Float64Array(layout.count);
  const row = new Int32Array(layout.buffer, layout.candidates, 1);
  const squared = new Float32Array(layout.buffer, model.dots, 1);
  for (let index = 0; index < layout.count; index++) {
    row[0] = index;
    const vector = model.vectors + index * model.floatWidth * 4;
    const { vectors, floatWidth, dots } = model;
    layout.kernels.dotRows(vector, vectors, floatWidth, layout.candidates, 1, dots);
    lengths[index] = Math.sqrt(squared[0]!);
  }
  return lengths;
}

function similar(
  layout: VectorLayout,
  model: ModelVectors,
  lengths: Float64Array,
  { vector, excluded, k }: SimilarQuery,
): SimilarTrack[] {
  const { floatQuery, vectors, floatWidth, dots } = model;
  new Float32Array(layout.buffer, floatQuery, vector.length).set(vector);
  const cosines = new Float32Array(layout.buffer, dots, layout.count);
  layout.kernels.dotRows(floatQuery, floatQuery, floatWidth, 0, 1, dots);
  const length = Math.sqrt(cosines[0]!);
  layout.kernels.dotRows(floatQuery, vectors, floatWidth, 0, layout.count, dots);
  for (let row = 0; row < layout.count; row++) {
    const both = length * lengths[row]!;
    cosines[row] = both > 0 ? cosines[row]! / both : 0;
  }
  for (const track of excluded) cosines[track] = Number.NaN;
  return Array.from(selectBest(cosines, layout.count, k), (row) => ({
    index: row as TrackIndex,
    similarity: cosines[row]!,
  }));
}
