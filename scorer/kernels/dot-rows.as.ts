// AssemblyScript, compiled with `scan.as.ts`.

/** float32 dot products of chosen rows with a query, in the order of summation that defines a
 *  score: four lanes, column j in lane j mod 4, each from low columns to high, then (0 + 1) + (2
 *  + 3). rows: float32 [·, width], width a multiple of 4; chosen: int32 [count], or 0 for the
 *  rows from 0 on. */
export function dotRows(
  query: usize, rows: usize, width: i32, chosen: usize, count: i32, out: usize,
): void {
  const bytes = <usize>width << 2;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const row0 = rowAt(rows, bytes, chosen, i), row1 = rowAt(rows, bytes, chosen, i + 1);
    const row2 = rowAt(rows, bytes, chosen, i + 2), row3 = rowAt(rows, bytes, chosen, i + 3);
    let lanes0 = f32x4.splat(0), lanes1 = f32x4.splat(0);
    let lanes2 = f32x4.splat(0), lanes3 = f32x4.splat(0);
    for (let column: usize = 0; column < bytes; column += 16) {
      const part = v128.load(query + column);
      lanes0 = f32x4.add(lanes0, f32x4.mul(part, v128.load(row0 + column)));
      lanes1 = f32x4.add(lanes1, f32x4.mul(part, v128.load(row1 + column)));
      lanes2 = f32x4.add(lanes2, f32x4.mul(part, v128.load(row2 + column)));
      lanes3 = f32x4.add(lanes3, f32x4.mul(part, v128.load(row3 + column)));
    }
    const sums = addPairs(addPairs(lanes0, lanes1), addPairs(lanes2, lanes3));
    v128.store(out + (<usize>i << 2), sums);
  }
  for (; i < count; i++) {
    const row = rowAt(rows, bytes, chosen, i);
    let lanes = f32x4.splat(0);
    for (let column: usize = 0; column < bytes; column += 16) {
      lanes = f32x4.add(lanes, f32x4.mul(v128.load(query + column), v128.load(row + column)));
    }
    const pairs = addPairs(lanes, lanes);
    store<f32>(out + (<usize>i << 2), f32x4.extract_lane(addPairs(pairs, pairs), 0));
  }
}

// @ts-ignore: decorator
@inline
function rowAt(rows: usize, bytes: usize, chosen: usize, at: i32): usize {
  return rows + (chosen ? <usize>load<u32>(chosen + (<usize>at << 2)) : <usize>at) * bytes;
}

/** 0 + 1 and 2 + 3 of one, then of the other. */
// @ts-ignore: decorator
@inline
function addPairs(one: v128, other: v128): v128 {
  return f32x4.add(
    v128.shuffle<f32>(one, other, 0, 2, 4, 6),
    v128.shuffle<f32>(one, other, 1, 3, 5, 7),
  );
}
