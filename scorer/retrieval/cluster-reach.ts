import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES } from "../../core/domain/ids.ts";
import type { ClusterPlaces } from "./cluster-places.ts";
import type { ScanLayout } from "./scan-layout.ts";
import type { QueryBounds } from "./scan-task.ts";

export interface ReachQuery {
  readonly weights: BlendWeights;
  readonly bounds: QueryBounds;
  /** How many times its spread above its mean the best track of a cluster is expected. */
  readonly reach: number;
}

/** Writes to the kernel's `reaches` what the best track of each cluster is expected to score: the
 *  mean score of its tracks, and `reach` times their spread, as if vectors were spread around their
 *  centroid alike in all directions. The queries must be loaded. */
export function writeReaches(
  layout: ScanLayout,
  places: ClusterPlaces,
  { weights, bounds, reach }: ReachQuery,
): void {
  const { means, variances } = places.summary.popularity;
  const clusters = means.length;
  const reaches = new Float32Array(layout.buffer, layout.reaches, clusters);
  const squared = new Float64Array(clusters);
  const { popularity } = weights;
  for (let cluster = 0; cluster < clusters; cluster++) {
    reaches[cluster] = popularity * means[cluster]!;
    squared[cluster] = popularity * popularity * variances[cluster]!;
  }
  for (const name of MODEL_NAMES) {
    const [model, query, summary] = [
      places.models[name],
      bounds[name],
      places.summary.models[name],
    ];
    if (model === undefined || query === undefined || summary === undefined) continue;
    const { floatQuery } = layout.models[name]!;
    const { centroids, floatWidth, dots } = model;
    layout.kernels.dotRows(floatQuery, centroids, floatWidth, 0, clusters, dots);
    const scores = new Float32Array(layout.buffer, dots, clusters);
    const [weight, length] = [weights[name], query.norm * query.norm];
    const { bias } = summary;
    for (let cluster = 0; cluster < clusters; cluster++) {
      reaches[cluster] = reaches[cluster]! + scores[cluster]! + weight * bias.means[cluster]!;
      squared[cluster] =
        squared[cluster]! +
        length * summary.variances[cluster]! +
        weight * weight * bias.variances[cluster]!;
    }
  }
  for (let cluster = 0; cluster < clusters; cluster++) {
    reaches[cluster] = reaches[cluster]! + reach * Math.sqrt(squared[cluster]!);
  }
}
