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
  let tables = task.tables;
  const end = block + (<usize>task.subspaces << 3);
  for (let pair = block; pair < end; pair += 32) {
    const sums = lookUp(tables, v128.load(pair), v128.load(pair, 16));
    both = i16x8.add(both, sums);
    odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
    tables += 64;
  }
  v128.store(task.sums, i16x8.sub(both, i16x8.shl(odd, 8)));
  v128.store(task.sums, odd, 16);
}

/** What four codes of 16 rows add, from the bytes of two pairs. */
// @ts-ignore: decorator
@inline
function lookUp(tables: usize, one: v128, other: v128): v128 {
  const low = i8x16.splat(15);
  return i8x16.add(
    i8x16.add(
      i8x16.relaxed_swizzle(v128.load(tables), v128.and(one, low)),
      i8x16.relaxed_swizzle(v128.load(tables, 16), v128.and(i16x8.shr_u(one, 4), low)),
    ),
    i8x16.add(
      i8x16.relaxed_swizzle(v128.load(tables, 32), v128.and(other, low)),
      i8x16.relaxed_swizzle(v128.load(tables, 48), v128.and(i16x8.shr_u(other, 4), low)),
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
