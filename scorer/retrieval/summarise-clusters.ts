import type { TrackClusters } from "../../core/bundle/bundle.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import type { ModelSpace, TrackSpace } from "./retriever.ts";

/** What a search knows of each cluster before it reads one of its tracks. */
export interface ClusterSummary {
  readonly models: Readonly<Partial<Record<ModelName, ModelSummary>>>;
  readonly popularity: Spread;
}

export interface ModelSummary {
  /** [clusters, D]: the means of the tracks' vectors. */
  readonly centroids: Float32Array;
  /** [clusters]: the mean squared distance of a vector from its centroid, divided by D. */
  readonly variances: Float32Array;
  readonly bias: Spread;
}

export interface Spread {
  /** [clusters] each. */
  readonly means: Float32Array;
  readonly variances: Float32Array;
}

/** [count]: the cluster of each track. */
export function clusterOfTracks({
  tracks,
  starts,
}: Pick<TrackClusters, "tracks" | "starts">): Uint32Array {
  const clusterOf = new Uint32Array(tracks.length);
  for (let cluster = 0; cluster + 1 < starts.length; cluster++) {
    for (let at = starts[cluster]!; at < starts[cluster + 1]!; at++) {
      clusterOf[tracks[at]!] = cluster;
    }
  }
  return clusterOf;
}

/** An empty cluster's means are zeros. */
export function summariseClusters(
  space: TrackSpace,
  clusters: Pick<TrackClusters, "tracks" | "starts">,
): ClusterSummary {
  const models: Partial<Record<ModelName, ModelSummary>> = {};
  for (const name of MODEL_NAMES) {
    const model = space.models[name];
    if (model !== undefined) models[name] = summariseModel(model, clusters);
  }
  return { models, popularity: spreadOf(space.popularity, clusters) };
}

function summariseModel(
  { vectors, dimension, bias }: ModelSpace,
  clusters: Pick<TrackClusters, "tracks" | "starts">,
): ModelSummary {
  const { tracks, starts } = clusters;
  const count = starts.length - 1;
  const centroids = new Float32Array(count * dimension);
  const variances = new Float32Array(count);
  const sums = new Float64Array(dimension);
  for (let cluster = 0; cluster < count; cluster++) {
    const size = starts[cluster + 1]! - starts[cluster]!;
    if (size === 0) continue;
    sums.fill(0);
    let squares = 0;
    for (let at = starts[cluster]!; at < starts[cluster + 1]!; at++) {
      const from = tracks[at]! * dimension;
      for (let column = 0; column < dimension; column++) {
        const value = vectors[from + column]!;
        sums[column] = sums[column]! + value;
        squares += value * value;
      }
    }
    let centre = 0;
    for (let column = 0; column < dimension; column++) {
      const mean = sums[column]! / size;
      centroids[cluster * dimension + column] = mean;
      centre += mean * mean;
    }
    variances[cluster] = Math.max(0, squares / size - centre) / dimension;
  }
  return { centroids, variances, bias: spreadOf(bias, clusters) };
}

function spreadOf(
  values: Float32Array,
  { tracks, starts }: Pick<TrackClusters, "tracks" | "starts">,
): Spread {
  const count = starts.length - 1;
  const means = new Float32Array(count);
  const variances = new Float32Array(count);
  for (let cluster = 0; cluster < count; cluster++) {
    const size = starts[cluster + 1]! - starts[cluster]!;
    if (size === 0) continue;
    let [sum, squares] = [0, 0];
    for (let at = starts[cluster]!; at < starts[cluster + 1]!; at++) {
      const value = values[tracks[at]!]!;
      sum += value;
      squares += value * value;
    }
    means[cluster] = sum / size;
    variances[cluster] = Math.max(0, squares / size - (sum / size) ** 2);
  }
  return { means, variances };
}

/** [clusters, W]: the means of the tracks' columns, which are each model's vector and bias, the
 *  short one's first, and popularity. */
export function clusterMeans({ popularity, models }: ClusterSummary): Float32Array {
  const clusters = popularity.means.length;
  const parts = MODEL_NAMES.flatMap((name) => models[name] ?? []);
  const dimensions = parts.map(({ centroids }) => centroids.length / clusters);
  const columns = dimensions.reduce((sum, dimension) => sum + dimension + 1, 1);
  const means = new Float32Array(clusters * columns);
  for (let cluster = 0; cluster < clusters; cluster++) {
    let at = cluster * columns;
    for (const [part, { centroids, bias }] of parts.entries()) {
      const dimension = dimensions[part]!;
      means.set(centroids.subarray(cluster * dimension, (cluster + 1) * dimension), at);
      means[at + dimension] = bias.means[cluster]!;
      at += dimension + 1;
    }
    means[at] = popularity.means[cluster]!;
  }
  return means;
}
