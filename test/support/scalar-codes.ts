import type { TrackClusters, TrackCodes } from "../../core/bundle/bundle.ts";
import { CODE_VALUES, CODES_PER_WORD } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES } from "../../core/domain/ids.ts";
import type { TrackSpace } from "../../scorer/retrieval/retriever.ts";
import { clusterMeans, summariseClusters } from "../../scorer/retrieval/summarise-clusters.ts";

/** Codes without learning: one for each column of a track, whose values stand evenly between the
 *  least and the most of that column. */
export function scalarCodes(
  space: TrackSpace,
  clusters: Pick<TrackClusters, "tracks" | "starts">,
  margin: number,
): TrackCodes {
  const rows = residualsOf(space, clusters);
  const columns = rows.length / space.count;
  const subspaces = Math.ceil(columns / CODES_PER_WORD) * CODES_PER_WORD;
  const books = new Float32Array(columns * CODE_VALUES);
  const codes = new Uint32Array((space.count * subspaces) / CODES_PER_WORD);
  for (let column = 0; column < columns; column++) {
    const values = Array.from({ length: space.count }, (_, row) => rows[row * columns + column]!);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const step = (most - least) / (CODE_VALUES - 1);
    for (let value = 0; value < CODE_VALUES; value++) {
      books[column * CODE_VALUES + value] = least + value * step;
    }
    for (const [row, value] of values.entries()) {
      const code = step > 0 ? Math.round((value - least) / step) : 0;
      const word = (row * subspaces) / CODES_PER_WORD + Math.floor(column / CODES_PER_WORD);
      codes[word]! |= Math.min(CODE_VALUES - 1, code) << (4 * (column % CODES_PER_WORD));
    }
  }
  const axes = Float32Array.from({ length: columns * columns }, (_, at) => {
    return at % (columns + 1) === 0 ? 1 : 0;
  });
  const widths = Uint32Array.from({ length: subspaces }, (_, at) => (at < columns ? 1 : 0));
  return { margin, axes, widths, books, codes };
}

/** [count, W]: each track's columns less the mean of its cluster. */
function residualsOf(
  space: TrackSpace,
  { tracks, starts }: Pick<TrackClusters, "tracks" | "starts">,
): Float32Array {
  const means = clusterMeans(summariseClusters(space, { tracks, starts }));
  const columns = means.length / (starts.length - 1);
  const rows = new Float32Array(space.count * columns);
  for (let cluster = 0; cluster + 1 < starts.length; cluster++) {
    for (const track of tracks.subarray(starts[cluster], starts[cluster + 1])) {
      let at = track * columns;
      const put = (value: number) => {
        rows[at] = value - means[cluster * columns + (at % columns)]!;
        at += 1;
      };
      for (const name of MODEL_NAMES) {
        const model = space.models[name];
        if (model === undefined) continue;
        const from = track * model.dimension;
        model.vectors.subarray(from, from + model.dimension).forEach(put);
        put(model.bias[track]!);
      }
      put(space.popularity[track]!);
    }
  }
  return rows;
}
