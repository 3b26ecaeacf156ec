import { type Random, shuffle } from "../random.ts";
import type { StopCheck } from "../train-epoch.ts";
import type { ClusterPoints } from "./cluster-points.ts";
import { type NearestCentroids, openNearestCentroids } from "./nearest-centroids.ts";

/** Tracks one cluster after another, and where each begins. */
export interface ClusteredTracks {
  /** [count] */
  readonly tracks: Uint32Array;
  /** [clusters + 1] */
  readonly starts: Uint32Array;
}

export interface ClusteringPlan {
  /** How many clusters; fewer come out where some would be empty. */
  readonly clusters: number;
  readonly random: Random;
  readonly progress: (done: number, total: number) => void;
  readonly stopCheck: StopCheck;
}

/** Centroids are learned from so many tracks of each cluster. */
const SAMPLE_PER_CLUSTER = 64;
const ROUNDS = 8;
/** More clusters than these are made in two steps: few large ones, and each of them split. */
const FLAT_CLUSTERS_MAX = 1024;

/** Splits all tracks by k-means (Lloyd 1982, doi 10.1109/TIT.1982.1056489), with centroids that are
 *  learned from samples. Within a cluster, tracks are in order of their index. */
export async function clusterTracks(
  points: ClusterPoints,
  plan: ClusteringPlan,
): Promise<ClusteredTracks> {
  const nearest = await openNearestCentroids(points, plan.stopCheck);
  try {
    const everything = Int32Array.from({ length: points.count }, (_, track) => track);
    return inOrder(await split(points, nearest, { ...plan, tracks: everything }));
  } finally {
    await nearest.close();
  }
}

interface Splitting extends ClusteringPlan {
  readonly tracks: Int32Array;
}

async function split(
  points: ClusterPoints,
  nearest: NearestCentroids,
  plan: Splitting,
): Promise<readonly Int32Array[]> {
  const { tracks, clusters, progress } = plan;
  progress(0, 1);
  if (clusters <= FLAT_CLUSTERS_MAX) return splitOnce(points, nearest, plan);
  const coarse = await splitOnce(points, nearest, {
    ...plan,
    clusters: Math.ceil(Math.sqrt(clusters)),
  });
  const fine: Int32Array[] = [];
  for (const [at, some] of coarse.entries()) {
    progress(at, coarse.length);
    const share = Math.max(1, Math.round((clusters * some.length) / tracks.length));
    fine.push(...(await splitOnce(points, nearest, { ...plan, tracks: some, clusters: share })));
  }
  return fine;
}

async function splitOnce(
  points: ClusterPoints,
  nearest: NearestCentroids,
  plan: Splitting,
): Promise<readonly Int32Array[]> {
  const { tracks } = plan;
  const centroids = await learnCentroids(points, nearest, plan);
  const clusters = centroids.length / points.width;
  const nearestOnes = await nearest.of(tracks, centroids);
  const sizes = new Int32Array(clusters);
  for (const cluster of nearestOnes) sizes[cluster]! += 1;
  const groups = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(clusters);
  for (const [at, cluster] of nearestOnes.entries()) {
    groups[cluster]![filled[cluster]!++] = tracks[at]!;
  }
  return groups.filter(({ length }) => length > 0);
}

/** [clusters, width] */
async function learnCentroids(
  { width, gather }: ClusterPoints,
  nearest: NearestCentroids,
  { tracks, clusters, random }: Splitting,
): Promise<Float32Array> {
  const sample = tracks.slice();
  shuffle(sample, random);
  const learned = sample.subarray(0, clusters * SAMPLE_PER_CLUSTER);
  const first = learned.subarray(0, clusters);
  const centroids = new Float32Array(first.length * width);
  gather(first, centroids);
  const sums = new Float64Array(centroids.length);
  const sizes = new Int32Array(first.length);
  for (let round = 0; round < ROUNDS; round++) {
    sums.fill(0);
    sizes.fill(0);
    await nearest.of(learned, centroids, (_, rows, clustersOfRows) => {
      for (const [row, cluster] of clustersOfRows.entries()) {
        sizes[cluster]! += 1;
        const [from, to] = [row * width, cluster * width];
        for (let at = 0; at < width; at++) sums[to + at] = sums[to + at]! + rows[from + at]!;
      }
    });
    moveCentroids(centroids, sums, sizes);
  }
  return centroids;
}

/** To the means of what is nearest them; one that is nearest to nothing stays. */
function moveCentroids(centroids: Float32Array, sums: Float64Array, sizes: Int32Array): void {
  const width = centroids.length / sizes.length;
  for (const [cluster, size] of sizes.entries()) {
    if (size === 0) continue;
    const from = cluster * width;
    for (let at = from; at < from + width; at++) centroids[at] = sums[at]! / size;
  }
}

function inOrder(groups: readonly Int32Array[]): ClusteredTracks {
  const starts = new Uint32Array(groups.length + 1);
  for (const [at, { length }] of groups.entries()) starts[at + 1] = starts[at]! + length;
  const tracks = new Uint32Array(starts.at(-1)!);
  for (const [at, group] of groups.entries()) tracks.set(group.toSorted(), starts[at]!);
  return { tracks, starts };
}
