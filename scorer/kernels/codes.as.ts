// AssemblyScript, compiled with `scan.as.ts`: search in codes of 4 bits. Which values a code can
// stand for is told by tables of 16 bytes, so that one instruction looks up the codes of 16 rows
// (André et al. 2015, doi 10.14778/2856318.2856324; Guo et al. 2020, arXiv 1908.10396).

import { reachOf, replaceLeast, sinkCluster } from "./heaps.as";

/** One search, as `code-task.ts` writes it: 23 words of 4 bytes, in this order. */
@unmanaged
class CodeTask {
  /** The query's coordinates: float32 [coordinates]. */
  turned: usize;
  /** float32 [coordinates, 16]: what each coordinate of a row is by its code. */
  books: usize;
  /** uint32 [subspaces]: of how many coordinates each code tells; a multiple of 8 codes. */
  widths: usize;
  subspaces: i32;
  /** Scratch: float32 [subspaces, 16], and what of it is left after rounding, uint8 the same. */
  sums: usize;
  tables: usize;
  /** Scratch: what 1 in the tables stands for, and what zeros in all of them do. */
  unit: f32;
  floor: f32;
  /** Blocks of 16 rows: for each two codes of a row, one after the other, 16 bytes with the first
   *  in the low bits. Byte 2 i is of row i, byte 2 i + 1 of row i + 8. A cluster begins with a
   *  block of its own. */
  codes: usize;
  /** uint32 by row: its track. Rows that only fill a block have one that is excluded. */
  tracks: usize;
  /** Bitset by track, lowest bit first. */
  excluded: usize;
  /** uint32 [clusters] each: the first block, and how many rows there are. */
  firsts: usize;
  sizes: usize;
  /** float32 [clusters], no NaN: what is added to what codes say, and what the best row is
   *  expected to score. Clusters are read from the highest on, and none that is below the k best
   *  of what was read. */
  bases: usize;
  reaches: usize;
  /** Scratch: int32 [clusters]. */
  waiting: usize;
  clusterCount: i32;
  /** float32 [k]: a min-heap of the best scores that are known, or of -Infinity. */
  heap: usize;
  k: i32;
  /** How far what codes say may be below the k-th best. */
  margin: f32;
  /** Out: int32 tracks, and float32 what codes say of them. */
  candidates: usize;
  scores: usize;
  /** Out: how many rows were read. */
  rowsRead: i32;
}

/** Tells of each row that it reads from its codes about what it scores. Writes the tracks that may
 *  be among the k best of what is read, as far as the margin goes, and returns how many. */
export function searchCodes(task: CodeTask): i32 {
  fillTables(task);
  task.rowsRead = 0;
  const heap = task.heap;
  let size = 0, found = 0;
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
  return keepWithin(task, found);
}

/** Makes a heap of [k] scores hold the best of those that it holds and of these. */
export function offerScores(heap: usize, k: i32, scores: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const score = load<f32>(scores + (<usize>i << 2));
    if (score > load<f32>(heap)) replaceLeast(heap, k, score);
  }
}

/** What each code adds to a row's score, less the least of its 16, in units of which the most that
 *  one code adds has 63: four of them stay below 256. */
function fillTables(task: CodeTask): void {
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

function readCluster(task: CodeTask, found: i32, cluster: i32): i32 {
  const at = <usize>cluster << 2;
  const size = load<u32>(task.sizes + at), first = load<u32>(task.firsts + at);
  task.rowsRead += size;
  const floor = task.floor + load<f32>(task.bases + at);
  const stride = <usize>task.subspaces << 3;
  const end = first + ((size + 15) >> 4);
  let limit = limitOf(task, floor);
  for (let block = first; block < end; block++) {
    const codes = task.codes + <usize>block * stride;
    // Sums of even rows are spoilt by the carries of odd ones, which are summed apart.
    let both = i16x8.splat(0), odd = i16x8.splat(0);
    let tables = task.tables;
    for (let pair: usize = 0; pair < stride; pair += 32) {
      const sums = lookUp(tables, v128.load(codes + pair), v128.load(codes + pair, 16));
      both = i16x8.add(both, sums);
      odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
      tables += 64;
    }
    const even = i16x8.sub(both, i16x8.shl(odd, 8));
    const least = i16x8.splat(<i16>limit);
    const lower = i16x8.ge_u(even, least), upper = i16x8.ge_u(odd, least);
    if (!v128.any_true(v128.or(lower, upper))) continue;
    v128.store(task.sums, even);
    v128.store(task.sums, odd, 16);
    let rows: u32 = i16x8.bitmask(lower) | (i16x8.bitmask(upper) << 8);
    while (rows) {
      const row = ctz(rows);
      rows &= rows - 1;
      const sum = load<u16>(task.sums + (<usize>row << 1));
      if (<i32>sum < limit) continue;
      const track = load<u32>(task.tracks + (((<usize>block << 4) + row) << 2));
      if ((load<u8>(task.excluded + <usize>(track >> 3)) >> <u8>(track & 7)) & 1) continue;
      const score = floor + task.unit * <f32>sum;
      store<u32>(task.candidates + (<usize>found << 2), track);
      store<f32>(task.scores + (<usize>found << 2), score);
      found++;
      if (!(score > load<f32>(task.heap))) continue;
      replaceLeast(task.heap, task.k, score);
      limit = limitOf(task, floor);
    }
  }
  return found;
}

/** What four codes of 16 rows add, from the bytes of two pairs. */
// @ts-ignore: decorator
@inline
function lookUp(tables: usize, one: v128, other: v128): v128 {
  const low = i8x16.splat(15);
  return i8x16.add(
    i8x16.add(
      i8x16.swizzle(v128.load(tables), v128.and(one, low)),
      i8x16.swizzle(v128.load(tables, 16), v128.and(i16x8.shr_u(one, 4), low)),
    ),
    i8x16.add(
      i8x16.swizzle(v128.load(tables, 32), v128.and(other, low)),
      i8x16.swizzle(v128.load(tables, 48), v128.and(i16x8.shr_u(other, 4), low)),
    ),
  );
}

/** The least sum with which a row of a cluster is within the margin. */
// @ts-ignore: decorator
@inline
function limitOf(task: CodeTask, floor: f32): i32 {
  const units = ceil<f32>((load<f32>(task.heap) - task.margin - floor) / task.unit);
  return <i32>min<f32>(max<f32>(units, 0), 65535);
}

function keepWithin(task: CodeTask, found: i32): i32 {
  const least = load<f32>(task.heap) - task.margin;
  let kept = 0;
  for (let i = 0; i < found; i++) {
    const at = <usize>i << 2;
    if (load<f32>(task.scores + at) < least) continue;
    store<i32>(task.candidates + (<usize>kept << 2), load<i32>(task.candidates + at));
    kept++;
  }
  return kept;
}
