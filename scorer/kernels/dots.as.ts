// AssemblyScript, compiled into `scan.as.ts`.

/** The dot product of a row with a query, exact. `width` is a multiple of 16. */
// @ts-ignore: decorator
@inline
export function dotOne(row: usize, query: usize, width: usize): i32 {
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
export function dotFour(
  row: usize, row1: usize, row2: usize, row3: usize, query: usize, width: usize,
): v128 {
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
  return addLanes(sum0, sum1, sum2, sum3);
}

/** The sums of the lanes of four. */
// @ts-ignore: decorator
@inline
function addLanes(sum0: v128, sum1: v128, sum2: v128, sum3: v128): v128 {
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

/** float32 dot products of int16 rows with an int16 query, whose steps stand for `step` and, by
 *  row, for `steps`. No sum may leave 32 bits. `width` is a multiple of 8. All that is by row is
 *  filled up to a multiple of 4. */
export function dotSteps(
  query: usize, step: f32, rows: usize, steps: usize, width: i32, count: i32, out: usize,
): void {
  const bytes = <usize>width << 1;
  const units = f32x4.splat(step);
  for (let i = 0; i < count; i += 4) {
    const row0 = rows + <usize>i * bytes, row1 = row0 + bytes;
    const row2 = row1 + bytes, row3 = row2 + bytes;
    let sum0 = i32x4.splat(0), sum1 = i32x4.splat(0), sum2 = i32x4.splat(0), sum3 = i32x4.splat(0);
    for (let column: usize = 0; column < bytes; column += 16) {
      const part = v128.load(query + column);
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(part, v128.load(row0 + column)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(part, v128.load(row1 + column)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(part, v128.load(row2 + column)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(part, v128.load(row3 + column)));
    }
    const dots = f32x4.convert_i32x4_s(addLanes(sum0, sum1, sum2, sum3));
    const at = <usize>i << 2;
    v128.store(out + at, f32x4.mul(dots, f32x4.mul(units, v128.load(steps + at))));
  }
}
