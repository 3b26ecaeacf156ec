import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import type { MemoryPlan } from "./scan-memory.ts";
import type { ClusterSummary } from "./summarise-clusters.ts";

/** The clusters' centroids in the memory of the scan kernels. All places are bytes. */
export interface ClusterPlaces {
  readonly summary: ClusterSummary;
  /** Of each model: float32 [clusters, floatWidth], and float32 [clusters], out. */
  readonly models: Readonly<Partial<Record<ModelName, CentroidPlaces>>>;
}

interface CentroidPlaces {
  readonly centroids: number;
  readonly floatWidth: number;
  readonly dots: number;
}

export function planClusters(
  plan: MemoryPlan,
  summary: ClusterSummary,
  floatWidths: Readonly<Partial<Record<ModelName, number>>>,
): ClusterPlaces {
  const clusters = summary.popularity.means.length;
  const models: Partial<Record<ModelName, CentroidPlaces>> = {};
  for (const name of MODEL_NAMES) {
    const floatWidth = floatWidths[name];
    if (floatWidth === undefined) continue;
    const centroids = plan.place(clusters * floatWidth * 4);
    models[name] = { centroids, floatWidth, dots: plan.place(clusters * 4) };
  }
  return { summary, models };
}

export function loadClusters(buffer: SharedArrayBuffer, { summary, models }: ClusterPlaces): void {
  for (const name of MODEL_NAMES) {
    const [places, model] = [models[name], summary.models[name]];
    if (places === undefined || model === undefined) continue;
    const { centroids, floatWidth } = places;
    const clusters = model.variances.length;
    const dimension = model.centroids.length / clusters;
    const target = new Float32Array(buffer, centroids, clusters * floatWidth);
    for (let cluster = 0; cluster < clusters; cluster++) {
      const from = cluster * dimension;
      target.set(model.centroids.subarray(from, from + dimension), cluster * floatWidth);
    }
  }
}
