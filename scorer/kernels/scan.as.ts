// AssemblyScript, compiled by `build.ts` to `scan.wasm`. Pointers are byte offsets into the
// imported memory; `scan-layout.ts` lays it out and `scan-task.ts` fills the tasks. There is no
// state beside that memory.

import { dotFour, dotOne } from "./dots.as";
import { replaceLeast } from "./heaps.as";

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

/** One search: 15 words of 4 bytes, in this order. All arrays by row end with at least 3 rows of
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
  /** Bitset by row, lowest bit first: rows that are passed over. */
  excluded: usize;
  k: i32;
  /** How many rows are read, beside those that are chosen. */
  rows: i32;
  /** 1 where so many rows are excluded that looking for them first is worth it. */
  sieves: i32;
  /** int32 [chosenCount] rows that are read beside them, excluded or not, and float32
   *  [chosenCount], what each has in addition. */
  chosen: usize;
  chosenExtra: usize;
  chosenCount: i32;
  /** Scratch: 8 float32, then a heap of k float32. */
  scratch: usize;
  /** Out: int32 rows, and float32 their upper bounds. */
  candidates: usize;
  uppers: usize;
}

/** Bounds each row's score from its int8 copy. Writes all rows that can be among the k best of
 *  what is read: those whose upper bound reaches the k-th best lower bound. Returns how many. */
export function scan(task: ScanTask): i32 {
  const heap = task.scratch + 32;
  const k = task.k;
  for (let i = 0; i < k; i++) store<f32>(heap + (<usize>i << 2), -Infinity);
  let found = 0;
  for (let i = 0; i < task.chosenCount; i += 4) found = scanChosen(task, heap, found, i);
  found = scanRows(task, heap, found);
  return keepReaching(task, found, load<f32>(heap));
}

/** Does with four of the chosen rows what `scanRows` does with four that stand in a row. */
function scanChosen(task: ScanTask, heap: usize, found: i32, first: i32): i32 {
  const chosen = task.chosen + (<usize>first << 2);
  const lanes = min<i32>(4, task.chosenCount - first);
  const row0 = load<u32>(chosen);
  const row1 = lanes > 1 ? load<u32>(chosen, 4) : row0;
  const row2 = lanes > 2 ? load<u32>(chosen, 8) : row0;
  const row3 = lanes > 3 ? load<u32>(chosen, 12) : row0;
  const popularity = loadFour(task.popularity, row0, row1, row2, row3);
  let score = f32x4.mul(f32x4.splat(task.popularityWeight), popularity);
  let radius = f32x4.splat(task.slack);
  for (let m = 0; m < 2; m++) {
    const model = m == 0 ? task.short : task.long;
    const width = model.headWidth;
    if (width == 0) continue;
    const heads = model.headRows;
    const dots = dotFour(
      heads + <usize>row0 * width, heads + <usize>row1 * width,
      heads + <usize>row2 * width, heads + <usize>row3 * width, model.headQuery, width,
    );
    const scale = loadFour(model.headScale, row0, row1, row2, row3);
    const bias = loadFour(model.bias, row0, row1, row2, row3);
    const error = loadFour(model.error, row0, row1, row2, row3);
    const tail = loadFour(model.tailNorm, row0, row1, row2, row3);
    score = f32x4.add(score, headScores(model, dots, scale, bias));
    radius = f32x4.add(radius, headRadii(model, error, tail));
  }
  score = f32x4.add(score, v128.load(task.chosenExtra + (<usize>first << 2)));
  const upper = f32x4.add(score, radius);
  if (!v128.any_true(f32x4.ge(upper, f32x4.splat(load<f32>(heap))))) return found;
  v128.store(task.scratch, upper);
  v128.store(task.scratch, score, 16);
  for (let lane = 0; lane < lanes; lane++) {
    const at = <usize>lane << 2;
    if (load<f32>(task.scratch + at) < load<f32>(heap)) continue;
    found = examine(task, heap, found, load<u32>(chosen + at), load<f32>(task.scratch + at, 16));
  }
  return found;
}

// @ts-ignore: decorator
@inline
function loadFour(column: usize, row0: u32, row1: u32, row2: u32, row3: u32): v128 {
  let values = v128.load32_zero(column + (<usize>row0 << 2));
  values = v128.load32_lane(column + (<usize>row1 << 2), values, 1);
  values = v128.load32_lane(column + (<usize>row2 << 2), values, 2);
  return v128.load32_lane(column + (<usize>row3 << 2), values, 3);
}

/** Bounds four rows at a time from their heads alone, and examines those that can still be among
 *  the best. */
function scanRows(task: ScanTask, heap: usize, found: i32): i32 {
  const rows = <u32>task.rows;
  const short = task.short, long = task.long;
  const popularityWeight = f32x4.splat(task.popularityWeight), slack = f32x4.splat(task.slack);
  let threshold = f32x4.splat(load<f32>(heap));
  for (let row: u32 = 0; row < rows; row += 4) {
    if (task.sieves && areExcluded(task, row)) continue;
    const column = <usize>row << 2;
    let score = f32x4.mul(popularityWeight, v128.load(task.popularity + column));
    let radius = slack;
    if (short.headWidth) {
      const scale = v128.load(short.headScale + column), bias = v128.load(short.bias + column);
      const error = v128.load(short.error + column), tail = v128.load(short.tailNorm + column);
      score = f32x4.add(score, headScores(short, headDots(short, row), scale, bias));
      radius = f32x4.add(radius, headRadii(short, error, tail));
    }
    if (long.headWidth) {
      const scale = v128.load(long.headScale + column), bias = v128.load(long.bias + column);
      const error = v128.load(long.error + column), tail = v128.load(long.tailNorm + column);
      score = f32x4.add(score, headScores(long, headDots(long, row), scale, bias));
      radius = f32x4.add(radius, headRadii(long, error, tail));
    }
    const upper = f32x4.add(score, radius);
    if (!v128.any_true(f32x4.ge(upper, threshold))) continue;
    v128.store(task.scratch, upper);
    v128.store(task.scratch, score, 16);
    const lanes = min<u32>(4, rows - row);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const at = task.scratch + (<usize>lane << 2);
      if (load<f32>(at) < load<f32>(heap)) continue;
      if (isExcluded(task.excluded, row + lane)) continue;
      found = examine(task, heap, found, row + lane, load<f32>(at, 16));
    }
    threshold = f32x4.splat(load<f32>(heap));
  }
  return found;
}

/** What the heads of four rows say of one model's part, its bias with it. */
// @ts-ignore: decorator
@inline
function headScores(model: ModelTask, dots: v128, scale: v128, bias: v128): v128 {
  const steps = f32x4.mul(f32x4.splat(model.step), scale);
  const weighed = f32x4.mul(f32x4.splat(model.weight), bias);
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(dots), steps), weighed);
}

/** How far the tails and the rounding of four rows can move that. */
// @ts-ignore: decorator
@inline
function headRadii(model: ModelTask, error: v128, tail: v128): v128 {
  const rounding = f32x4.mul(f32x4.splat(model.norm), error);
  return f32x4.add(rounding, f32x4.mul(f32x4.splat(model.tailQueryNorm), tail));
}

/** The dot products of the heads of four rows that stand in a row. */
// @ts-ignore: decorator
@inline
function headDots(model: ModelTask, row: u32): v128 {
  const width = model.headWidth;
  const first = model.headRows + <usize>row * width, second = first + width;
  const third = second + width;
  return dotFour(first, second, third, third + width, model.headQuery, width);
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
  store<u32>(task.candidates + at, row);
  store<f32>(task.uppers + at, upper);
  if (score - radius > threshold) replaceLeast<f32>(heap, task.k, score - radius);
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
function isExcluded(excluded: usize, row: u32): bool {
  return ((load<u8>(excluded + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}

/** Whether four rows, the first of which is a multiple of 4, are all excluded. */
// @ts-ignore: decorator
@inline
function areExcluded(task: ScanTask, row: u32): bool {
  return ((load<u8>(task.excluded + <usize>(row >> 3)) >> <u8>(row & 4)) & 15) == 15;
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
