import type { ModelName, TrackIndex } from "../../core/domain/ids.ts";
import type { Retriever, SimilarTrack } from "./retriever.ts";
import type { ScanLayout } from "./scan-layout.ts";
import type { ScanModel } from "./scan-model.ts";
import { selectBest } from "./select-best.ts";

/** `Retriever.similar` over all rows in float32. The rows' lengths are measured on the first
 *  call. */
export function cosineScan(layout: ScanLayout): Retriever["similar"] {
  const lengths = new Map<ModelName, Float64Array>();
  return (name, track, k) => {
    const model = layout.models[name];
    if (model === undefined) return [];
    let rowLengths = lengths.get(name);
    if (rowLengths === undefined) {
      rowLengths = measureRows(layout, model);
      lengths.set(name, rowLengths);
    }
    return similar(layout, model, rowLengths, { track, k });
  };
}

/** [count]: each row's Euclidean length. */
function measureRows(layout: ScanLayout, model: ScanModel): Float64Array {
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
  layout: ScanLayout,
  model: ScanModel,
  lengths: Float64Array,
  { track, k }: { readonly track: TrackIndex; readonly k: number },
): SimilarTrack[] {
  const { vectors, floatWidth, dots } = model;
  layout.kernels.dotRows(
    vectors + track * floatWidth * 4,
    vectors,
    floatWidth,
    0,
    layout.count,
    dots,
  );
  const cosines = new Float32Array(layout.buffer, dots, layout.count);
  const length = lengths[track]!;
  for (let row = 0; row < layout.count; row++) {
    const both = length * lengths[row]!;
    cosines[row] = both > 0 ? cosines[row]! / both : 0;
  }
  cosines[track] = Number.NaN;
  return Array.from(selectBest(cosines, layout.count, k), (row) => ({
    index: row as TrackIndex,
    similarity: cosines[row]!,
  }));
}
