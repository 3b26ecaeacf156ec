// AssemblyScript, compiled with `scan.as.ts`: search in codes of 4 bits. Which values a code can
// stand for is told by tables of 16 bytes, so that one instruction looks up the codes of 16 rows
// (André et al. 2015, doi 10.14778/2856318.2856324; Guo et al. 2020, arXiv 1908.10396).

import { markTracks } from "./bits.as";
import { GATHERED_BLOCK, gatherBlock, sumBlock, sumTwoBlocks } from "./code-blocks.as";
import { fillTables } from "./code-tables.as";
import { CodeTask } from "./code-task.as";
import { dotSteps } from "./dots.as";
import { FineTask, keepFinest } from "./fine-rows.as";
import { reachOf, replaceLeast, sinkCluster } from "./heaps.as";
import { keepScored, scoreTracks, selectBest } from "./scores.as";
import { touchLines } from "./touch.as";

/** So many tracks beside the list are scored at once. */
const FINE_MIN = 32;
/** Clusters of so many rows are those of a catalogue whose codes no cache holds. */
const TOUCHED_ROWS: u32 = 256;
/** By so many steps of score too many tracks are told apart. */
const BINS = 512;
/** So small a length counts as some, lest a margin without end be nothing. */
const LENGTH_MIN: f32 = 7.9e-31;

/** Tells of each track that it looks at from its codes about what it scores, and scores those that
 *  may be among the k best, as far as the margin goes. Returns how many of these are the best. */
export function searchCodes(task: CodeTask): i32 {
  const columns = task.width, step = task.queryStep;
  dotSteps(task.query, step, task.axes, task.axisSteps, columns, task.coordinates, task.turned);
  fillTables(task);
  writeReaches(task);
  for (let i = 0; i < task.k; i++) store<f32>(task.heap + (<usize>i << 2), -Infinity);
  // From here on the margin is in scores.
  task.margin *= max<f32>(LENGTH_MIN, lengthOf(task.turned, task.coordinates));
  task.rowsRead = 0;
  const listedFound = readListed(task);
  let found = listedFound;
  if (task.readsClusters) {
    markTracks(task.excluded, task.listed, task.listedCount, true);
    found = readClusters(task, found);
    markTracks(task.excluded, task.listed, task.listedCount, false);
  }
  const least = leastKept(task, found);
  const listed = keepScored(task.scoring, least, 0, listedFound, 0);
  let kept = keepScored(task.scoring, least, listedFound, found, listed);
  if (task.fine && kept > task.k + FINE_MIN) {
    const fine = changetype<FineTask>(task.fine);
    kept = keepFinest(fine, task.scoring, task.heap, task.k, listed, kept);
  }
  task.scored = kept;
  scoreTracks(task.scoring, kept);
  return selectBest(task.scoring, kept, task.k);
}

/** Writes to `bases` what the tracks of each cluster score on average, and to `reaches` what the
 *  best of them is expected to: so many times their spread above that, as if vectors were spread
 *  around their centroid alike in all directions. */
function writeReaches(task: CodeTask): void {
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

function lengthOf(vector: usize, columns: i32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < columns; i++) {
    const value = load<f32>(vector + (<usize>i << 2));
    sum += value * value;
  }
  return sqrt<f32>(sum);
}

/** Looks at the listed tracks: first at those that are spoken of more than the average, which raise
 *  the bar, and then at those of the others that can reach it. */
function readListed(task: CodeTask): i32 {
  const count = task.listedCount, listed = task.listed;
  const likely = likelyFirst(task);
  let found = 0, gathered = 0;
  for (let i = 0; i < count; i++) {
    const track = load<u32>(listed + (<usize>i << 2));
    if (i >= likely && task.readsClusters) {
      const reach = reachOf(task.reaches, load<u32>(task.clusters + (<usize>track << 2)));
      if (saidOf(task, track) + reach < load<f32>(task.heap)) continue;
    }
    store<u32>(task.gathered + (<usize>gathered << 2), track);
    if (++gathered < 16 && i + 1 != likely) continue;
    found = readGathered(task, found, gathered);
    gathered = 0;
  }
  if (gathered > 0) found = readGathered(task, found, gathered);
  return found;
}

/** Moves the listed tracks to the front that are spoken of at least as much as the average; returns
 *  how many. */
function likelyFirst(task: CodeTask): i32 {
  const count = task.listedCount, listed = task.listed;
  // Nothing is among the best yet: what is said of each has its place there meanwhile.
  const saidAt = task.scoring.best;
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) {
    const said = saidOf(task, load<u32>(listed + (<usize>i << 2)));
    store<f32>(saidAt + (<usize>i << 2), said);
    sum += said;
  }
  const mean = sum / <f32>count;
  let likely = 0;
  for (let i = 0; i < count; i++) {
    const place = listed + (<usize>i << 2), front = listed + (<usize>likely << 2);
    const track = load<u32>(place);
    store<u32>(place, load<u32>(front));
    store<u32>(front, track);
    // Which of two that will be nobody can guess, so there is no branch.
    likely += <i32>(load<f32>(saidAt + (<usize>i << 2)) >= mean);
  }
  return likely;
}

// @ts-ignore: decorator
@inline
function saidOf(task: CodeTask, track: u32): f32 {
  const at = <usize>track << 2;
  return load<f32>(task.scoring.neighbours + at) + load<f32>(task.scoring.coplay + at);
}

/** Looks at up to 16 tracks from anywhere, and keeps those that are within the margin. */
function readGathered(task: CodeTask, before: i32, count: i32): i32 {
  gatherBlock(task, count);
  sumBlock(task, task.gathered + GATHERED_BLOCK);
  let found = before;
  for (let i = 0; i < count; i++) {
    const track = load<u32>(task.gathered + (<usize>i << 2));
    const sum = <f32>load<u16>(task.sums + (<usize>i << 1));
    const cluster = load<u32>(task.clusters + (<usize>track << 2));
    const base = task.floor + load<f32>(task.bases + (<usize>cluster << 2));
    const score = base + task.unit * sum + saidOf(task, track);
    const bar = load<f32>(task.heap);
    if (score < bar - task.margin) continue;
    if (score > bar) replaceLeast<f32>(task.heap, task.k, score);
    found = addCandidate(task, found, track, score);
  }
  return found;
}

// @ts-ignore: decorator
@inline
function addCandidate(task: CodeTask, found: i32, track: u32, score: f32): i32 {
  store<u32>(task.scoring.candidates + (<usize>found << 2), track);
  store<f32>(task.scoring.scores + (<usize>found << 2), score);
  return found + 1;
}

/** Reads clusters as long as they can be expected to hold one of the best. */
function readClusters(task: CodeTask, before: i32): i32 {
  const heap = task.heap;
  let size = 0, found = before;
  for (let i = 0; i < task.clusterCount; i++) {
    if (reachOf(task.reaches, i) < load<f32>(heap)) continue;
    store<i32>(task.waiting + (<usize>size << 2), i);
    size++;
  }
  for (let at = (size >> 1) - 1; at >= 0; at--) sinkCluster(task.waiting, task.reaches, size, at);
  while (size > 0) {
    const cluster = load<i32>(task.waiting);
    if (reachOf(task.reaches, cluster) < load<f32>(heap)) break;
    size--;
    store<i32>(task.waiting, load<i32>(task.waiting + (<usize>size << 2)));
    sinkCluster(task.waiting, task.reaches, size, 0);
    found = readCluster(task, found, cluster);
  }
  return found;
}

function readCluster(task: CodeTask, found: i32, cluster: i32): i32 {
  const at = <usize>cluster << 2;
  const size = load<u32>(task.sizes + at), first = load<u32>(task.firsts + at);
  task.rowsRead += size;
  const floor = task.floor + load<f32>(task.bases + at);
  const stride = <usize>task.subspaces << 3;
  const end = first + ((size + 15) >> 4);
  if (size >= TOUCHED_ROWS) {
    const codes = task.codes + <usize>first * stride;
    store<i32>(task.sums, touchLines(codes, task.codes + <usize>end * stride));
  }
  let limit = limitOf(task, floor);
  for (let block = first; block < end; block += 2) {
    const place = task.codes + <usize>block * stride;
    const isLast = block + 1 == end;
    if (isLast) sumBlock(task, place);
    else sumTwoBlocks(task, place);
    const least = i16x8.splat(<i16>limit);
    let rows = rowsFrom(least, task.sums);
    if (!isLast) rows |= rowsFrom(least, task.sums + 32) << 16;
    while (rows) {
      const row = ctz(rows);
      rows &= rows - 1;
      const sum = load<u16>(task.sums + (<usize>row << 1));
      if (<i32>sum < limit) continue;
      const track = load<u32>(task.tracks + (((<usize>block << 4) + row) << 2));
      if ((load<u8>(task.excluded + <usize>(track >> 3)) >> <u8>(track & 7)) & 1) continue;
      const score = floor + task.unit * <f32>sum;
      found = addCandidate(task, found, track, score);
      if (!(score > load<f32>(task.heap))) continue;
      replaceLeast<f32>(task.heap, task.k, score);
      limit = limitOf(task, floor);
    }
  }
  return found;
}

/** Which of the 16 rows of a block have at least such a sum, the first in the lowest bit. */
// @ts-ignore: decorator
@inline
function rowsFrom(least: v128, sums: usize): u32 {
  const lower = i16x8.ge_u(v128.load(sums), least);
  const upper = i16x8.ge_u(v128.load(sums, 16), least);
  return i16x8.bitmask(lower) | (i16x8.bitmask(upper) << 8);
}

/** The least sum with which a row of a cluster is within the margin. */
// @ts-ignore: decorator
@inline
function limitOf(task: CodeTask, floor: f32): i32 {
  const units = ceil<f32>((load<f32>(task.heap) - task.margin - floor) / task.unit);
  return <i32>min<f32>(max<f32>(units, 0), 65535);
}

/** The least that codes may say of a track that is kept: within the margin of the bar, or higher
 *  where too many are. */
function leastKept(task: CodeTask, found: i32): f32 {
  const least = load<f32>(task.heap) - task.margin;
  const scores = task.scoring.scores;
  let near = 0, most = least;
  for (let i = 0; i < found; i++) {
    const score = load<f32>(scores + (<usize>i << 2));
    if (score < least) continue;
    near++;
    most = max<f32>(most, score);
  }
  task.near = near;
  const unit = (most - least) / <f32>BINS;
  if (near <= task.nearMax || !(unit > 0) || unit == Infinity) return least;
  const bins = task.scoring.best;
  memory.fill(bins, 0, BINS << 2);
  for (let i = 0; i < found; i++) {
    const score = load<f32>(scores + (<usize>i << 2));
    if (score < least) continue;
    const bin = bins + (<usize>min<i32>(<i32>((score - least) / unit), BINS - 1) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
  let bin = BINS - 1, kept = load<i32>(bins + (<usize>bin << 2));
  while (bin > 0 && kept < task.nearMax) kept += load<i32>(bins + (<usize>--bin << 2));
  return least + unit * <f32>bin;
}
