// AssemblyScript, compiled with `scan.as.ts`: search in codes of 4 bits. Which values a code can
// stand for is told by tables of 16 bytes, so that one instruction looks up the codes of 16 rows
// (André et al. 2015, doi 10.14778/2856318.2856324; Guo et al. 2020, arXiv 1908.10396).

import { markTracks } from "./bits.as";
import { GATHERED_BLOCK, gatherBlock, sumBlock, sumTwoBlocks } from "./code-blocks.as";
import { fillTables } from "./code-tables.as";
import { CodeTask } from "./code-task.as";
import { dotSteps } from "./dots.as";
import { FineTask, keepFinest } from "./fine-rows.as";
import { highestOf, reachOf, replaceLeast, sinkGroup } from "./heaps.as";
import { lengthOf, writeReaches } from "./reaches.as";
import { keepScored, scoreTracks, selectBest } from "./scores.as";
import { touchLines } from "./touch.as";

/** So many tracks beside the list are scored at once. */
const FINE_MIN = 32;
/** Groups of so many rows are those of a catalogue whose codes no cache holds, and so are parts. */
const TOUCHED_ROWS: u32 = 256;
/** So many groups are read, at most, before the others are put in order. */
const FIRST_GROUPS = 4;
/** Where so many times as many are found as are looked at, and as many more each time, those that
 *  are too many are dropped. */
const CROWD_TIMES = 2;
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
  task.margin *= max<f32>(LENGTH_MIN, lengthOf(task.turned, 0, task.coordinates));
  task.least = -Infinity;
  task.rowsRead = 0;
  const listedFound = readListed(task);
  let found = listedFound;
  if (task.readsClusters) {
    markTracks(task.excluded, task.listed, task.listedCount, true);
    found = readGroups(task, found);
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

/** Looks at the listed tracks: first at those that are spoken of more than the average, which raise
 *  the bar, and then at those of the others that can reach it. */
function readListed(task: CodeTask): i32 {
  const count = task.listedCount, listed = task.listed;
  const likely = likelyFirst(task);
  let found = 0, gathered = 0;
  for (let i = 0; i < count; i++) {
    const track = load<u32>(listed + (<usize>i << 2));
    if (i >= likely && task.readsClusters) {
      const reach = reachOf(task.reaches, load<u32>(task.groups + (<usize>track << 2)));
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
    const group = load<u32>(task.groups + (<usize>track << 2));
    const base = task.floor + load<f32>(task.bases + (<usize>group << 2));
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

/** Reads groups as long as they can be expected to hold one of the best. */
function readGroups(task: CodeTask, before: i32): i32 {
  const heap = task.heap;
  let size = 0, found = before;
  // The first few set a bar, below which most of the others need not be put in order.
  const firsts = min<i32>(FIRST_GROUPS, task.groupCount);
  for (let i = 0; i < firsts && load<f32>(heap) == -Infinity; i++) {
    const group = highestOf(task.reaches, task.groupCount);
    found = readGroup(task, found, group);
    store<f32>(task.reaches + (<usize>group << 2), -Infinity);
  }
  for (let i = 0; i < task.groupCount; i++) {
    const reach = reachOf(task.reaches, i);
    if (reach < load<f32>(heap) || reach == -Infinity) continue;
    store<i32>(task.waiting + (<usize>size << 2), i);
    size++;
  }
  for (let at = (size >> 1) - 1; at >= 0; at--) sinkGroup(task.waiting, task.reaches, size, at);
  let crowd = before + CROWD_TIMES * task.nearMax;
  while (size > 0) {
    const group = load<i32>(task.waiting);
    if (reachOf(task.reaches, group) < load<f32>(heap)) break;
    size--;
    store<i32>(task.waiting, load<i32>(task.waiting + (<usize>size << 2)));
    sinkGroup(task.waiting, task.reaches, size, 0);
    if (task.hasParts) touchCodes(task, load<i32>(task.waiting));
    found = readGroup(task, found, group);
    // Whole clusters are those of a small catalogue, in which few are found.
    if (!task.hasParts || found < crowd) continue;
    task.least = leastKept(task, found);
    found = dropBelow(task, before, found);
    crowd = found + task.nearMax;
  }
  return found;
}

/** Drops, of the candidates from one place on, those of which codes say less than `task.least`. */
function dropBelow(task: CodeTask, from: i32, to: i32): i32 {
  let kept = from;
  for (let i = from; i < to; i++) {
    const at = <usize>i << 2;
    const score = load<f32>(task.scoring.scores + at);
    addCandidate(task, kept, load<u32>(task.scoring.candidates + at), score);
    kept += <i32>(score >= task.least);
  }
  return kept;
}

function touchCodes(task: CodeTask, group: i32): void {
  const at = <usize>group << 2;
  const stride = <usize>task.subspaces << 3;
  const codes = task.codes + <usize>load<u32>(task.firsts + at) * stride;
  const blocks = (load<u32>(task.sizes + at) + 15) >> 4;
  store<i32>(task.sums, touchLines(codes, codes + <usize>blocks * stride));
}

function readGroup(task: CodeTask, found: i32, group: i32): i32 {
  const at = <usize>group << 2;
  const size = load<u32>(task.sizes + at), first = load<u32>(task.firsts + at);
  task.rowsRead += size;
  const floor = task.floor + load<f32>(task.bases + at);
  const stride = <usize>task.subspaces << 3;
  const end = first + ((size + 15) >> 4);
  if (size >= TOUCHED_ROWS) touchCodes(task, group);
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

/** The least sum with which a row of a group is within the margin, and not below enough others. */
// @ts-ignore: decorator
@inline
function limitOf(task: CodeTask, floor: f32): i32 {
  const least = max<f32>(task.least, load<f32>(task.heap) - task.margin);
  const units = ceil<f32>((least - floor) / task.unit);
  return <i32>min<f32>(max<f32>(units, 0), 65535);
}

/** The least that codes may say of a track that is kept: within the margin of the bar, or higher
 *  where too many are. */
function leastKept(task: CodeTask, found: i32): f32 {
  const least = max<f32>(task.least, load<f32>(task.heap) - task.margin);
  const scores = task.scoring.scores;
  let near = 0, most: f32 = -Infinity, low: f32 = Infinity;
  for (let i = 0; i < found; i++) {
    const score = load<f32>(scores + (<usize>i << 2));
    if (score < least) continue;
    near++;
    most = max<f32>(most, score);
    low = min<f32>(low, score);
  }
  task.near = near;
  const unit = (most - low) / <f32>BINS;
  if (near <= task.nearMax || !(unit > 0) || unit == Infinity) return least;
  const bins = task.scoring.best;
  memory.fill(bins, 0, BINS << 2);
  for (let i = 0; i < found; i++) {
    const score = load<f32>(scores + (<usize>i << 2));
    if (score < least) continue;
    const bin = bins + (<usize>min<i32>(<i32>((score - low) / unit), BINS - 1) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
  let bin = BINS - 1, kept = load<i32>(bins + (<usize>bin << 2));
  while (bin > 0 && kept < task.nearMax) kept += load<i32>(bins + (<usize>--bin << 2));
  return low + unit * <f32>bin;
}
