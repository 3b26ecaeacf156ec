import { setImmediate as othersRun } from "node:timers/promises";
import type { ModelName, TrackIndex } from "../../core/domain/ids.ts";
import { mergeFound } from "./merge-found.ts";
import type { ModelVectors, VectorLayout } from "./model-vectors.ts";
import type { Retriever, SimilarTrack } from "./retriever.ts";
import { selectBest } from "./select-best.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "./track-bits.ts";

/** Rows that are compared before others may use the thread: a millisecond's work. */
const TURN_ROWS = 1 << 15;

/** `Retriever.similar` over all rows in float32. A row's length is measured when a call first comes
 *  by. */
export function cosineScan(layout: VectorLayout, turnRows = TURN_ROWS): Retriever["similar"] {
  const lengths = new Map<ModelName, RowLengths>();
  return async ({ model: name, vector, excluded, k }) => {
    const model = layout.models[name];
    if (model === undefined) return [];
    let rowLengths = lengths.get(name);
    if (rowLengths === undefined) {
      rowLengths = { measured: 0, of: new Float64Array(layout.count) };
      lengths.set(name, rowLengths);
    }
    const left = noTracks(layout.count);
    for (const track of excluded) if (track < layout.count) addTrack(left, track);
    let best: SimilarTrack[] = [];
    for (let from = 0; from < layout.count; from += turnRows) {
      if (from > 0) await othersRun();
      const to = Math.min(layout.count, from + turnRows);
      measureRows(layout, model, rowLengths, to);
      const found = similarBetween(layout, { model, vector, rowLengths, left, k }, from, to);
      best = mergeFound(best, found, ({ similarity }) => similarity).slice(0, k);
    }
    return best;
  };
}

interface RowLengths {
  /** So many rows from the first on are measured. */
  measured: number;
  /** [count]: each row's Euclidean length. */
  readonly of: Float64Array;
}

function measureRows(
  layout: VectorLayout,
  model: ModelVectors,
  lengths: RowLengths,
  to: number,
): void {
  const row = new Int32Array(layout.buffer, layout.candidates, 1);
  const squared = new Float32Array(layout.buffer, model.dots, 1);
  const { vectors, floatWidth, dots } = model;
  for (; lengths.measured < to; lengths.measured++) {
    row[0] = lengths.measured;
    const vector = vectors + lengths.measured * floatWidth * 4;
    layout.kernels.dotRows(vector, vectors, floatWidth, layout.candidates, 1, dots);
    lengths.of[lengths.measured] = Math.sqrt(squared[0]!);
  }
}

interface OpenQuery {
  readonly model: ModelVectors;
  readonly vector: Float32Array;
  readonly rowLengths: RowLengths;
  /** Tracks that may not be found. */
  readonly left: TrackBits;
  readonly k: number;
}

/** The best of the rows from `from` on and below `to`. Between turns other searches use the same
 *  places in memory. */
function similarBetween(
  layout: VectorLayout,
  { model, vector, rowLengths, left, k }: OpenQuery,
  from: number,
  to: number,
): SimilarTrack[] {
  const { floatQuery, vectors, floatWidth, dots } = model;
  new Float32Array(layout.buffer, floatQuery, vector.length).set(vector);
  const cosines = new Float32Array(layout.buffer, dots, to - from);
  layout.kernels.dotRows(floatQuery, floatQuery, floatWidth, 0, 1, dots);
  const length = Math.sqrt(cosines[0]!);
  const first = vectors + from * floatWidth * 4;
  layout.kernels.dotRows(floatQuery, first, floatWidth, 0, to - from, dots);
  for (let row = from; row < to; row++) {
    const both = length * rowLengths.of[row]!;
    const cosine = both > 0 ? cosines[row - from]! / both : 0;
    cosines[row - from] = hasTrack(left, row as TrackIndex) ? Number.NaN : cosine;
  }
  return Array.from(selectBest(cosines, to - from, k), (at) => ({
    index: (from + at) as TrackIndex,
    similarity: cosines[at]!,
  }));
}
