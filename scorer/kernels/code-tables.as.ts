// AssemblyScript, compiled into `scan.as.ts`.

import { CodeTask } from "./code-task.as";

/** What each code adds to a row's score, less the least of its 16, in units of which the most that
 *  one code adds has 63: four of them stay below 256. */
export function fillTables(task: CodeTask): void {
  let turned = task.turned, book = task.books;
  let floor: f32 = 0, most: f32 = 0;
  for (let i = 0; i < task.subspaces; i++) {
    let sum0 = f32x4.splat(0), sum1 = f32x4.splat(0);
    let sum2 = f32x4.splat(0), sum3 = f32x4.splat(0);
    for (let width = load<u32>(task.widths + (<usize>i << 2)); width > 0; width--) {
      const factor = v128.load32_splat(turned);
      sum0 = f32x4.add(sum0, f32x4.mul(factor, v128.load(book)));
      sum1 = f32x4.add(sum1, f32x4.mul(factor, v128.load(book, 16)));
      sum2 = f32x4.add(sum2, f32x4.mul(factor, v128.load(book, 32)));
      sum3 = f32x4.add(sum3, f32x4.mul(factor, v128.load(book, 48)));
      turned += 4;
      book += 64;
    }
    const low = leastOf(f32x4.min(f32x4.min(sum0, sum1), f32x4.min(sum2, sum3)));
    const negative = f32x4.neg(f32x4.max(f32x4.max(sum0, sum1), f32x4.max(sum2, sum3)));
    floor += low;
    most = max<f32>(most, -leastOf(negative) - low);
    const least = f32x4.splat(low), place = task.sums + (<usize>i << 6);
    v128.store(place, f32x4.sub(sum0, least));
    v128.store(place, f32x4.sub(sum1, least), 16);
    v128.store(place, f32x4.sub(sum2, least), 32);
    v128.store(place, f32x4.sub(sum3, least), 48);
  }
  const unit = most / 63;
  task.unit = unit > 0 ? unit : 1;
  task.floor = floor;
  roundTables(task);
}

// @ts-ignore: decorator
@inline
function leastOf(values: v128): f32 {
  return min<f32>(
    min<f32>(f32x4.extract_lane(values, 0), f32x4.extract_lane(values, 1)),
    min<f32>(f32x4.extract_lane(values, 2), f32x4.extract_lane(values, 3)),
  );
}

function roundTables(task: CodeTask): void {
  const units = f32x4.splat(task.unit);
  for (let i = 0; i < task.subspaces; i++) {
    const place = task.sums + (<usize>i << 6);
    const low = i16x8.narrow_i32x4_s(inUnits(place, units), inUnits(place + 16, units));
    const high = i16x8.narrow_i32x4_s(inUnits(place + 32, units), inUnits(place + 48, units));
    const bytes = i8x16.min_u(i8x16.narrow_i16x8_u(low, high), i8x16.splat(63));
    v128.store(task.tables + (<usize>i << 4), bytes);
  }
}

// @ts-ignore: decorator
@inline
function inUnits(place: usize, units: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(v128.load(place), units)));
}
