import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES } from "../../core/domain/ids.ts";
import type { CodeLayout } from "./code-layout.ts";
import type { LoadedQueries } from "./model-vectors.ts";
import { squaredLength } from "./vector-length.ts";

/** Writes to the kernel's `bases` what the tracks of each cluster score on average, and to its
 *  `reaches` what the best of them is expected to: `reach` times their spread above that, as if
 *  vectors were spread around their centroid alike in all directions. The query must be loaded. */
export function writeReaches(
  layout: CodeLayout,
  queries: LoadedQueries,
  { weights, reach }: { readonly weights: BlendWeights; readonly reach: number },
): void {
  const { buffer, kernels, clusterCount, summary } = layout;
  kernels.dotRows(layout.query, layout.centroids, layout.width, 0, clusterCount, layout.bases);
  const bases = new Float32Array(buffer, layout.bases, clusterCount);
  const reaches = new Float32Array(buffer, layout.reaches, clusterCount);
  const squared = new Float64Array(clusterCount);
  const add = (factor: number, variances: Float32Array) => {
    for (let cluster = 0; cluster < clusterCount; cluster++) {
      squared[cluster] = squared[cluster]! + factor * variances[cluster]!;
    }
  };
  add(weights.popularity ** 2, summary.popularity.variances);
  for (const name of MODEL_NAMES) {
    const [model, query] = [summary.models[name], queries[name]];
    if (model === undefined || query === undefined) continue;
    add(squaredLength(query), model.variances);
    add(weights[name] ** 2, model.bias.variances);
  }
  for (let cluster = 0; cluster < clusterCount; cluster++) {
    reaches[cluster] = bases[cluster]! + reach * Math.sqrt(squared[cluster]!);
  }
}
