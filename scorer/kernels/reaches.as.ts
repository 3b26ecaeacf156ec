// AssemblyScript, compiled into `scan.as.ts`: how high the tracks of a group may score.

import { sumTwoBlocks } from "./code-blocks.as";
import { CodeTask } from "./code-task.as";
import { dotSteps } from "./dots.as";

/** Writes to `bases` what is added to the codes of each group, which is what its cluster's tracks
 *  score on average, and to `reaches` what the best of its tracks is expected to score: so many
 *  times their spread above what they score on average. */
export function writeReaches(task: CodeTask): void {
  if (task.hasParts) writePartReaches(task);
  else writeClusterReaches(task);
}

/** Of whole clusters, as if vectors were spread around their centroid alike in all directions. */
function writeClusterReaches(task: CodeTask): void {
  const count = task.clusterCount;
  const columns = task.width, step = task.queryStep;
  dotSteps(task.query, step, task.centroids, task.centroidSteps, columns, count, task.bases);
  const reach = f32x4.splat(task.reach);
  const stride = (<usize>(count + 3) >> 2) << 4;
  for (let at: usize = 0; at < stride; at += 16) {
    let variance = f32x4.splat(0);
    for (let part: usize = 0; part < 5; part++) {
      const spread = v128.load(task.spreads + part * stride + at);
      const factor = v128.load32_splat(task.factors + (part << 2));
      variance = f32x4.add(variance, f32x4.mul(factor, spread));
    }
    const above = f32x4.mul(reach, f32x4.sqrt(variance));
    v128.store(task.reaches + at, f32x4.add(v128.load(task.bases + at), above));
  }
}

/** Of parts, whose centres have codes, and whose tracks are spread around these more in some
 *  coordinates than in others, but in all parts alike. */
function writePartReaches(task: CodeTask): void {
  const columns = task.width, count = task.clusterCount;
  const step = task.queryStep, scores = task.clusterScores;
  dotSteps(task.query, step, task.centroids, task.centroidSteps, columns, count, scores);
  const above = task.reach * lengthOf(task.turned, task.partShares, task.coordinates);
  const unit = task.unit, floor = task.floor;
  const stride = <usize>task.subspaces << 3;
  for (let part = 0; part < task.groupCount; part += 32) {
    sumTwoBlocks(task, task.partCodes + (<usize>part >> 4) * stride);
    const end = min<i32>(part + 32, task.groupCount);
    let sums = task.sums;
    for (let i = part; i < end; i++) {
      const at = <usize>i << 2;
      const cluster = load<u32>(task.partClusters + at);
      const base = load<f32>(scores + (<usize>cluster << 2));
      const own = floor + unit * <f32>load<u16>(sums);
      store<f32>(task.bases + at, base);
      store<f32>(task.reaches + at, base + own + above * load<f32>(task.partSpreads + at));
      sums += 2;
    }
  }
}

/** The length of a vector whose squares count each by its weight, float32 [columns], or alike where
 *  `weights` is 0. */
export function lengthOf(vector: usize, weights: usize, columns: i32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < columns; i++) {
    const at = <usize>i << 2;
    const value = load<f32>(vector + at);
    sum += value * value * (weights ? load<f32>(weights + at) : 1);
  }
  return sqrt<f32>(sum);
}
