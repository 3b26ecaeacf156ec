import { MODEL_NAMES } from "../../core/domain/ids.ts";
import type { TrackSpace } from "../../scorer/retrieval/retriever.ts";
import {
  clusterMeans,
  clusterOfTracks,
  summariseClusters,
} from "../../scorer/retrieval/summarise-clusters.ts";
import type { ClusteredTracks } from "./cluster-tracks.ts";

/** What queries multiply of each track, less the mean of its cluster. */
export interface TrackColumns {
  /** W */
  readonly width: number;
  /** [tracks, W] */
  of(tracks: Int32Array): Float32Array;
}

export function trackColumns(space: TrackSpace, clustered: ClusteredTracks): TrackColumns {
  const means = clusterMeans(summariseClusters(space, clustered));
  const width = means.length / (clustered.starts.length - 1);
  const clusterOf = clusterOfTracks(clustered);
  const models = MODEL_NAMES.flatMap((name) => space.models[name] ?? []);
  return {
    width,
    of(tracks) {
      const rows = new Float32Array(tracks.length * width);
      for (let row = 0; row < tracks.length; row++) {
        const track = tracks[row]!;
        let at = row * width;
        for (const { vectors, bias, dimension } of models) {
          rows.set(vectors.subarray(track * dimension, (track + 1) * dimension), at);
          rows[at + dimension] = bias[track]!;
          at += dimension + 1;
        }
        rows[at] = space.popularity[track]!;
        const [from, mean] = [row * width, clusterOf[track]! * width];
        for (let column = 0; column < width; column++) {
          rows[from + column] = rows[from + column]! - means[mean + column]!;
        }
      }
      return rows;
    },
  };
}
