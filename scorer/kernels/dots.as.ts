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
