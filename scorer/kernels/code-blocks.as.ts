// AssemblyScript, compiled into `scan.as.ts`: blocks of 16 rows of codes, which `code-task.as.ts`
// describes.

import { CodeTask } from "./code-task.as";

/** Where in `gathered` what is turned has its place, twice, and where the block begins. */
const TURNED: usize = 64;
const TURNED_BYTES: usize = 256;
export const GATHERED_BLOCK: usize = TURNED + 2 * TURNED_BYTES;

/** Writes to `sums` what the codes of each row of a block add: uint16 [16]. */
// @ts-ignore: decorator
@inline
export function sumBlock(task: CodeTask, block: usize): void {
  // Sums of even bytes are spoilt by the carries of odd ones, which are summed apart.
  let both = i16x8.splat(0), odd = i16x8.splat(0);
  const low = i8x16.splat(<i8>task.lowBits);
  let tables = task.tables;
  const end = block + (<usize>task.subspaces << 3);
  for (let pair = block; pair < end; pair += 32) {
    const table0 = v128.load(tables), table1 = v128.load(tables, 16);
    const table2 = v128.load(tables, 32), table3 = v128.load(tables, 48);
    const sums = lookUp(pair, low, table0, table1, table2, table3);
    both = i16x8.add(both, sums);
    odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
    tables += 64;
  }
  storeSums(task.sums, both, odd);
}

/** The same of a block and of the one behind it, uint16 [32]: a table is loaded once for both. */
// @ts-ignore: decorator
@inline
export function sumTwoBlocks(task: CodeTask, block: usize): void {
  let both = i16x8.splat(0), odd = i16x8.splat(0);
  let bothBehind = i16x8.splat(0), oddBehind = i16x8.splat(0);
  const low = i8x16.splat(<i8>task.lowBits);
  let tables = task.tables;
  const bytes = <usize>task.subspaces << 3, end = block + bytes;
  for (let pair = block; pair < end; pair += 32) {
    const table0 = v128.load(tables), table1 = v128.load(tables, 16);
    const table2 = v128.load(tables, 32), table3 = v128.load(tables, 48);
    const sums = lookUp(pair, low, table0, table1, table2, table3);
    const behind = lookUp(pair + bytes, low, table0, table1, table2, table3);
    both = i16x8.add(both, sums);
    odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
    bothBehind = i16x8.add(bothBehind, behind);
    oddBehind = i16x8.add(oddBehind, i16x8.shr_u(behind, 8));
    tables += 64;
  }
  storeSums(task.sums, both, odd);
  storeSums(task.sums + 32, bothBehind, oddBehind);
}

// @ts-ignore: decorator
@inline
function storeSums(place: usize, both: v128, odd: v128): void {
  v128.store(place, i16x8.sub(both, i16x8.shl(odd, 8)));
  v128.store(place, odd, 16);
}

/** What four codes of 16 rows add, from the bytes of two pairs. low: 15 in each byte. */
// @ts-ignore: decorator
@inline
function lookUp(
  pair: usize, low: v128, table0: v128, table1: v128, table2: v128, table3: v128,
): v128 {
  const one = v128.load(pair), other = v128.load(pair, 16);
  return i8x16.add(
    i8x16.add(
      i8x16.relaxed_swizzle(table0, v128.and(one, low)),
      i8x16.relaxed_swizzle(table1, v128.and(i16x8.shr_u(one, 4), low)),
    ),
    i8x16.add(
      i8x16.relaxed_swizzle(table2, v128.and(other, low)),
      i8x16.relaxed_swizzle(table3, v128.and(i16x8.shr_u(other, 4), low)),
    ),
  );
}

/** Makes a block of the first `count` of the gathered tracks, the first of them again for those
 *  that lack. Their codes, a row each, are turned 16 bytes at a time. */
export function gatherBlock(task: CodeTask, count: i32): void {
  const turned = task.gathered + TURNED, other = turned + TURNED_BYTES;
  const bytes = (<usize>task.subspaces + 31) >> 5 << 4;
  for (let from: usize = 0; from < bytes; from += 16) {
    for (let i = 0; i < 16; i++) {
      const track = load<u32>(task.gathered + (<usize>(i < count ? i : 0) << 2));
      const place = <usize>(i < 8 ? i << 1 : (i << 1) - 15) << 4;
      v128.store(turned + place, v128.load(task.trackCodes + <usize>track * bytes + from));
    }
    mingle(turned, other);
    mingle(other, turned);
    mingle(turned, other);
    mingle(other, task.gathered + GATHERED_BLOCK + (from << 4));
  }
}

/** Interleaves the bytes of vectors i and i + 8. Four times this puts byte i of vector j to byte j
 *  of vector i: each time the eight bits of a byte's place, its vector's first, turn by one. */
// @ts-ignore: decorator
@inline
function mingle(from: usize, to: usize): void {
  for (let i: usize = 0; i < 128; i += 16) {
    const low = v128.load(from + i), high = v128.load(from + i, 128);
    const place = to + (i << 1);
    v128.store(
      place,
      v128.shuffle<u8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    );
    v128.store(
      place,
      v128.shuffle<u8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
      16,
    );
  }
}
