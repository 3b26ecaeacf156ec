// AssemblyScript, compiled by `build.ts` to `scan.wasm`. Pointers are byte offsets into the
// imported memory; `scan-memory.ts` lays it out and fills the tasks. There is no state beside that
// memory.

/** One search, as `scan-memory.ts` writes it: 28 words of 4 bytes, in this order.
 *  `stride` = shortWidth + longWidth; all arrays by track are padded with zeros to whole fours. */
@unmanaged
class ScanTask {
  count: i32;
  /** Columns of the short part, a multiple of 16; 0 where it counts nothing in this search. */
  shortWidth: i32;
  longWidth: i32;
  stride: i32;
  /** int8 [count, stride] from the short part on, and from the long part on. */
  shortRows: usize;
  longRows: usize;
  /** int16 [shortWidth] and [longWidth]. */
  shortQuery: usize;
  longQuery: usize;
  /** float32 [count] each. */
  shortScale: usize;
  longScale: usize;
  shortError: usize;
  longError: usize;
  shortBias: usize;
  longBias: usize;
  popularity: usize;
  /** What one unit of the query's int16 stands for. */
  shortStep: f32;
  longStep: f32;
  /** Euclidean lengths of the query's parts, rounded up. */
  shortNorm: f32;
  longNorm: f32;
  shortWeight: f32;
  longWeight: f32;
  popularityWeight: f32;
  /** What every row's bound has in addition. */
  slack: f32;
  /** Bitset [count], lowest bit first. */
  excluded: usize;
  k: i32;
  /** Scratch: 8 float32, then a heap of k float32. */
  scratch: usize;
  /** Out: int32 [count] rows, and float32 [count] their upper bounds. */
  candidates: usize;
  uppers: usize;
}

/** Bounds every row's score from its int8 copy. Writes, in order of rows, all that can be among
 *  the k best: those whose upper bound reaches the k-th best lower bound. Returns how many. */
export function scan(task: ScanTask): i32 {
  const heap = task.scratch + 32;
  const k = task.k;
  for (let i = 0; i < k; i++) store<f32>(heap + (<usize>i << 2), -Infinity);
  let threshold: f32 = -Infinity;
  let found = 0;
  const count = task.count;
  const stride = <usize>task.stride;
  const shortScale = task.shortScale, longScale = task.longScale;
  const shortError = task.shortError, longError = task.longError;
  const shortBias = task.shortBias, longBias = task.longBias, popularity = task.popularity;
  const shortStep = f32x4.splat(task.shortStep), longStep = f32x4.splat(task.longStep);
  const shortNorm = f32x4.splat(task.shortNorm), longNorm = f32x4.splat(task.longNorm);
  const shortWeight = f32x4.splat(task.shortWeight), longWeight = f32x4.splat(task.longWeight);
  const popularityWeight = f32x4.splat(task.popularityWeight);
  const slack = f32x4.splat(task.slack);
  const shortWidth = <usize>task.shortWidth, longWidth = <usize>task.longWidth;
  const shortQuery = task.shortQuery, longQuery = task.longQuery;
  let shortRow = task.shortRows, longRow = task.longRows;
  for (let row = 0; row < count; row += 4) {
    const column = <usize>row << 2;
    let score = f32x4.mul(popularityWeight, v128.load(popularity + column));
    let radius = slack;
    if (shortWidth) {
      const dots = f32x4.convert_i32x4_s(dotFour(shortRow, stride, shortQuery, shortWidth));
      const scale = f32x4.mul(shortStep, v128.load(shortScale + column));
      score = f32x4.add(score, f32x4.mul(dots, scale));
      score = f32x4.add(score, f32x4.mul(shortWeight, v128.load(shortBias + column)));
      radius = f32x4.add(radius, f32x4.mul(shortNorm, v128.load(shortError + column)));
    }
    if (longWidth) {
      const dots = f32x4.convert_i32x4_s(dotFour(longRow, stride, longQuery, longWidth));
      const scale = f32x4.mul(longStep, v128.load(longScale + column));
      score = f32x4.add(score, f32x4.mul(dots, scale));
      score = f32x4.add(score, f32x4.mul(longWeight, v128.load(longBias + column)));
      radius = f32x4.add(radius, f32x4.mul(longNorm, v128.load(longError + column)));
    }
    shortRow += stride << 2;
    longRow += stride << 2;
    const upper = f32x4.add(score, radius);
    if (!v128.any_true(f32x4.ge(upper, f32x4.splat(threshold)))) continue;
    v128.store(task.scratch, upper);
    v128.store(task.scratch, f32x4.sub(score, radius), 16);
    const end = min(4, count - row);
    for (let lane = 0; lane < end; lane++) {
      const at = task.scratch + (<usize>lane << 2);
      const rowUpper = load<f32>(at);
      if (rowUpper < threshold || isExcluded(task.excluded, row + lane)) continue;
      store<i32>(task.candidates + (<usize>found << 2), row + lane);
      store<f32>(task.uppers + (<usize>found << 2), rowUpper);
      found++;
      const rowLower = load<f32>(at, 16);
      if (rowLower > threshold) {
        replaceLeast(heap, k, rowLower);
        threshold = load<f32>(heap);
      }
    }
  }
  return keepReaching(task, found, threshold);
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
function isExcluded(excluded: usize, row: i32): bool {
  return ((load<u8>(excluded + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
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
