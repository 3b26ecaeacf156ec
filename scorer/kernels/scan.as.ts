// AssemblyScript, compiled by `build.ts` to `scan.wasm`. Pointers are byte offsets into the
// imported memory; `scan-layout.ts` lays it out and `scan-task.ts` fills the tasks. There is no
// state beside that memory.

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

/** One search: 16 words of 4 bytes, in this order. All arrays by row end with at least 3 rows of
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
    found = examine(task, heap, found, row, head);
  }
  for (let i = 0; i < task.rangeCount; i++) {
    const range = task.ranges + (<usize>i << 3);
    found = scanRange(task, heap, found, load<u32>(range), load<u32>(range, 4));
  }
  return keepReaching(task, found, load<f32>(heap));
}

/** Bounds four rows at a time from their heads alone, and examines those that can still be among
 *  the best. */
function scanRange(task: ScanTask, heap: usize, found: i32, from: u32, to: u32): i32 {
  const short = task.short, long = task.long;
  const popularityWeight = f32x4.splat(task.popularityWeight), slack = f32x4.splat(task.slack);
  let threshold = f32x4.splat(load<f32>(heap));
  for (let row = from; row < to; row += 4) {
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
  const dots = dotFour(model.headRows + <usize>row * width, width, model.headQuery, width);
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

/** The dot product of a row with a query, exact. `width` is a multiple of 16. */
// @ts-ignore: decorator
@inline
function dotOne(row: usize, query: usize, width: usize): i32 {
  let low = i32x4.splat(0), high = i32x4.splat(0);
  for (let at: usize = 0; at < width; at += 16) {
    const left = v128.load(query + (at << 1)), right = v128.load(query + (at << 1), 16);
    low = i32x4.add(low, i32x4.dot_i16x8_s(v128.load_ext<i8>(row + at), left));
    high = i32x4.add(high, i32x4.dot_i16x8_s(v128.load_ext<i8>(row + at, 8), right));
  }
  const sum = i32x4.add(low, high);
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
}

/** The dot products of four rows with one query, exact. `width` is a multiple of 16. */
// @ts-ignore: decorator
@inline
function dotFour(row: usize, stride: usize, query: usize, width: usize): v128 {
  const row1 = row + stride, row2 = row1 + stride, row3 = row2 + stride;
  let sum0 = i32x4.splat(0), sum1 = i32x4.splat(0), sum2 = i32x4.splat(0), sum3 = i32x4.splat(0);
  for (let at: usize = 0; at < width; at += 16) {
    const low = v128.load(query + (at << 1)), high = v128.load(query + (at << 1), 16);
    sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(v128.load_ext<i8>(row + at), low));
    sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(v128.load_ext<i8>(row1 + at), low));
    sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(v128.load_ext<i8>(row2 + at), low));
    sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(v128.load_ext<i8>(row3 + at), low));
    sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(v128.load_ext<i8>(row + at, 8), high));
    sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(v128.load_ext<i8>(row1 + at, 8), high));
    sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(v128.load_ext<i8>(row2 + at, 8), high));
    sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(v128.load_ext<i8>(row3 + at, 8), high));
  }
  const sum01 = i32x4.add(
    v128.shuffle<i32>(sum0, sum1, 0, 4, 2, 6),
    v128.shuffle<i32>(sum0, sum1, 1, 5, 3, 7),
  );
  const sum23 = i32x4.add(
    v128.shuffle<i32>(sum2, sum3, 0, 4, 2, 6),
    v128.shuffle<i32>(sum2, sum3, 1, 5, 3, 7),
  );
  return i32x4.add(
    v128.shuffle<i32>(sum01, sum23, 0, 1, 4, 5),
    v128.shuffle<i32>(sum01, sum23, 2, 3, 6, 7),
  );
}

// @ts-ignore: decorator
@inline
function isExcluded(excluded: usize, track: u32): bool {
  return ((load<u8>(excluded + <usize>(track >> 3)) >> <u8>(track & 7)) & 1) != 0;
}

/** Puts `value` in the place of the least of a min-heap. */
function replaceLeast(heap: usize, size: i32, value: f32): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    const left = heap + (<usize>child << 2);
    if (child + 1 < size && load<f32>(left, 4) < load<f32>(left)) child++;
    const least = load<f32>(heap + (<usize>child << 2));
    if (least >= value) break;
    store<f32>(heap + (<usize>at << 2), least);
    at = child;
  }
  store<f32>(heap + (<usize>at << 2), value);
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

/** float32 dot products of chosen rows with a query, in the order of summation that defines a
 *  score: four lanes, column j in lane j mod 4, each from low columns to high, then (0 + 1) + (2
 *  + 3). rows: float32 [·, width], width a multiple of 4; chosen: int32 [count], or 0 for the
 *  rows from 0 on. */
export function dotRows(
  query: usize, rows: usize, width: i32, chosen: usize, count: i32, out: usize,
): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const row = rows + (chosen ? <usize>load<u32>(chosen + at) : <usize>i) * bytes;
    let lanes = f32x4.splat(0);
    for (let column: usize = 0; column < bytes; column += 16) {
      lanes = f32x4.add(lanes, f32x4.mul(v128.load(query + column), v128.load(row + column)));
    }
    store<f32>(
      out + at,
      (f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1)) +
        (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3)),
    );
  }
}
