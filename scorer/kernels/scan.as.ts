// AssemblyScript, compiled by `build.ts` to `scan.wasm`. Pointers are byte offsets into the
// imported memory; `scan-layout.ts` lays it out and `scan-task.ts` fills the tasks. There is no
// state beside that memory.

import { dotFour, dotOne } from "./dots.as";
import { reachOf, replaceLeast, sinkRange } from "./heaps.as";

/** One model's part of a search, as `scan-task.ts` writes it: 15 words of 4 bytes, in this order.
 *  A row is in two parts: the head, its coordinates on the axes along which vectors differ most,
 *  and the tail. */
@unmanaged
class ModelTask {
  /** Columns, multiples of 16; both 0 where the model counts nothing in this search. */
  headWidth: usize;
  tailWidth: usize;
  /** int8 [rows, headWidth] and [rows, tailWidth]. */
  headRows: usize;
  tailRows: usize;
  /** int16 [headWidth] and [tailWidth]. */
  headQuery: usize;
  tailQuery: usize;
  /** float32 [rows] each. */
  headScale: usize;
  tailScale: usize;
  error: usize;
  tailNorm: usize;
  bias: usize;
  /** What one unit of the query's int16 stands for. */
  step: f32;
  /** Euclidean lengths of the query and of its tail, rounded up. */
  norm: f32;
  tailQueryNorm: f32;
  weight: f32;
}

/** One search: 20 words of 4 bytes, in this order. All arrays by row end with at least 3 rows of
 *  zeros. */
@unmanaged
class ScanTask {
  short: ModelTask;
  long: ModelTask;
  /** float32 [rows] */
  popularity: usize;
  popularityWeight: f32;
  /** What every row's bound has in addition. */
  slack: f32;
  /** int32 [rows]: the track of each row. */
  tracks: usize;
  /** Bitset by track, lowest bit first: tracks that the ranges pass over. */
  excluded: usize;
  k: i32;
  /** int32 [rangeCount, 2]: rows to be read, from the first on and up to the second. */
  ranges: usize;
  rangeCount: i32;
  /** float32 [rangeCount], no NaN: what the best of each range is expected to score. Ranges are
   *  read from the highest on, and none that is below the k best of what was read. 0 where all are
   *  read in their order. */
  reaches: usize;
  /** Scratch: int32 [rangeCount]. */
  waiting: usize;
  /** 1 where so many tracks are excluded that looking for them first is worth it. */
  sieves: i32;
  /** int32 [chosenCount] rows that are read beside them, excluded or not, and float32
   *  [chosenCount], what each has in addition. */
  chosen: usize;
  chosenExtra: usize;
  chosenCount: i32;
  /** Scratch: 8 float32, then a heap of k float32. */
  scratch: usize;
  /** Out: int32 tracks, and float32 their upper bounds. */
  candidates: usize;
  uppers: usize;
  /** Out: how many rows the ranges that were read have. */
  rowsRead: i32;
}

/** Bounds each row's score from its int8 copy. Writes all tracks that can be among the k best of
 *  what is read: those whose upper bound reaches the k-th best lower bound. Returns how many. */
export function scan(task: ScanTask): i32 {
  const heap = task.scratch + 32;
  const k = task.k;
  for (let i = 0; i < k; i++) store<f32>(heap + (<usize>i << 2), -Infinity);
  let found = 0;
  for (let i = 0; i < task.chosenCount; i++) {
    const at = <usize>i << 2;
    const row = load<u32>(task.chosen + at);
    const extra = load<f32>(task.chosenExtra + at);
    const head = headScore(task, row) + extra;
    if (head + headRadius(task, row) < load<f32>(heap)) continue;
    found = examine(task, heap, found, row, head);
  }
  task.rowsRead = 0;
  if (task.reaches) {
    found = scanByReach(task, heap, found);
  } else {
    for (let i = 0; i < task.rangeCount; i++) found = scanRange(task, heap, found, i);
  }
  return keepReaching(task, found, load<f32>(heap));
}

/** Keeps the ranges that can matter in a heap, the highest reach first, and reads them until those
 *  that are left no longer can. */
function scanByReach(task: ScanTask, heap: usize, found: i32): i32 {
  let size = 0;
  for (let i = 0; i < task.rangeCount; i++) {
    if (reachOf(task.reaches, i) < load<f32>(heap)) continue;
    store<i32>(task.waiting + (<usize>size << 2), i);
    size++;
  }
  for (let at = (size >> 1) - 1; at >= 0; at--) sinkRange(task.waiting, task.reaches, size, at);
  while (size > 0) {
    const range = load<i32>(task.waiting);
    if (reachOf(task.reaches, range) < load<f32>(heap)) break;
    size--;
    store<i32>(task.waiting, load<i32>(task.waiting + (<usize>size << 2)));
    sinkRange(task.waiting, task.reaches, size, 0);
    found = scanRange(task, heap, found, range);
  }
  return found;
}

/** Bounds four rows at a time from their heads alone, and examines those that can still be among
 *  the best. */
function scanRange(task: ScanTask, heap: usize, found: i32, range: i32): i32 {
  const place = task.ranges + (<usize>range << 3);
  const from = load<u32>(place), to = load<u32>(place, 4);
  task.rowsRead += to - from;
  const short = task.short, long = task.long;
  const popularityWeight = f32x4.splat(task.popularityWeight), slack = f32x4.splat(task.slack);
  let threshold = f32x4.splat(load<f32>(heap));
  for (let row = from; row < to; row += 4) {
    if (task.sieves && areExcluded(task, row)) continue;
    const column = <usize>row << 2;
    let score = f32x4.mul(popularityWeight, v128.load(task.popularity + column));
    let radius = slack;
    if (short.headWidth) {
      score = f32x4.add(score, headScores(short, row));
      radius = f32x4.add(radius, headRadii(short, column));
    }
    if (long.headWidth) {
      score = f32x4.add(score, headScores(long, row));
      radius = f32x4.add(radius, headRadii(long, column));
    }
    const upper = f32x4.add(score, radius);
    if (!v128.any_true(f32x4.ge(upper, threshold))) continue;
    v128.store(task.scratch, upper);
    v128.store(task.scratch, score, 16);
    const lanes = min<u32>(4, to - row);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const at = task.scratch + (<usize>lane << 2);
      if (load<f32>(at) < load<f32>(heap)) continue;
      if (isExcluded(task.excluded, load<u32>(task.tracks + (<usize>(row + lane) << 2)))) continue;
      found = examine(task, heap, found, row + lane, load<f32>(at, 16));
    }
    threshold = f32x4.splat(load<f32>(heap));
  }
  return found;
}

/** What the heads of four rows say of one model's part, its bias with it. */
// @ts-ignore: decorator
@inline
function headScores(model: ModelTask, row: u32): v128 {
  const column = <usize>row << 2;
  const width = model.headWidth;
  const first = model.headRows + <usize>row * width, second = first + width;
  const third = second + width;
  const dots = dotFour(first, second, third, third + width, model.headQuery, width);
  const scale = f32x4.mul(f32x4.splat(model.step), v128.load(model.headScale + column));
  const bias = f32x4.mul(f32x4.splat(model.weight), v128.load(model.bias + column));
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(dots), scale), bias);
}

/** How far the tails and the rounding of four rows can move that. */
// @ts-ignore: decorator
@inline
function headRadii(model: ModelTask, column: usize): v128 {
  const error = f32x4.mul(f32x4.splat(model.norm), v128.load(model.error + column));
  const tail = f32x4.mul(f32x4.splat(model.tailQueryNorm), v128.load(model.tailNorm + column));
  return f32x4.add(error, tail);
}

/** The same for one row and both models. */
function headRadius(task: ScanTask, row: u32): f32 {
  const column = <usize>row << 2;
  let radius = task.slack;
  if (task.short.headWidth) radius += modelRadius(task.short, column);
  if (task.long.headWidth) radius += modelRadius(task.long, column);
  return radius;
}

// @ts-ignore: decorator
@inline
function modelRadius(model: ModelTask, column: usize): f32 {
  return model.norm * load<f32>(model.error + column) +
    model.tailQueryNorm * load<f32>(model.tailNorm + column);
}

/** What `scanRange` says of four rows, for one. */
function headScore(task: ScanTask, row: u32): f32 {
  const column = <usize>row << 2;
  let score = task.popularityWeight * load<f32>(task.popularity + column);
  if (task.short.headWidth) score += modelHeadScore(task.short, row);
  if (task.long.headWidth) score += modelHeadScore(task.long, row);
  return score;
}

// @ts-ignore: decorator
@inline
function modelHeadScore(model: ModelTask, row: u32): f32 {
  const column = <usize>row << 2;
  const width = model.headWidth;
  const dot = dotOne(model.headRows + <usize>row * width, model.headQuery, width);
  const scale = model.step * load<f32>(model.headScale + column);
  return <f32>dot * scale + model.weight * load<f32>(model.bias + column);
}

/** Adds the tails to what the heads said of a row, and keeps it where it can be among the best. */
function examine(task: ScanTask, heap: usize, found: i32, row: u32, head: f32): i32 {
  const column = <usize>row << 2;
  let score = head;
  let radius = task.slack;
  if (task.short.headWidth) {
    score += tailScore(task.short, row);
    radius += task.short.norm * load<f32>(task.short.error + column);
  }
  if (task.long.headWidth) {
    score += tailScore(task.long, row);
    radius += task.long.norm * load<f32>(task.long.error + column);
  }
  const upper = score + radius;
  const threshold = load<f32>(heap);
  if (upper < threshold) return found;
  const at = <usize>found << 2;
  store<u32>(task.candidates + at, load<u32>(task.tracks + column));
  store<f32>(task.uppers + at, upper);
  if (score - radius > threshold) replaceLeast(heap, task.k, score - radius);
  return found + 1;
}

// @ts-ignore: decorator
@inline
function tailScore(model: ModelTask, row: u32): f32 {
  const width = model.tailWidth;
  if (width == 0) return 0;
  const dot = dotOne(model.tailRows + <usize>row * width, model.tailQuery, width);
  return <f32>dot * (model.step * load<f32>(model.tailScale + (<usize>row << 2)));
}

// @ts-ignore: decorator
@inline
function isExcluded(excluded: usize, track: u32): bool {
  return ((load<u8>(excluded + <usize>(track >> 3)) >> <u8>(track & 7)) & 1) != 0;
}

/** Whether four rows are all excluded. */
// @ts-ignore: decorator
@inline
function areExcluded(task: ScanTask, row: u32): bool {
  const tracks = task.tracks + (<usize>row << 2);
  return isExcluded(task.excluded, load<u32>(tracks)) &&
    isExcluded(task.excluded, load<u32>(tracks, 4)) &&
    isExcluded(task.excluded, load<u32>(tracks, 8)) &&
    isExcluded(task.excluded, load<u32>(tracks, 12));
}

function keepReaching(task: ScanTask, found: i32, threshold: f32): i32 {
  let kept = 0;
  for (let i = 0; i < found; i++) {
    if (load<f32>(task.uppers + (<usize>i << 2)) < threshold) continue;
    store<i32>(
      task.candidates + (<usize>kept << 2),
      load<i32>(task.candidates + (<usize>i << 2)),
    );
    kept++;
  }
  return kept;
}
