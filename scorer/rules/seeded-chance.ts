/** Numbers in [0, 1) that a seed of 32 bits decides: a counter, mixed by MurmurHash3's finalizer.
 *  Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators" (doi
 *  10.1145/2660193.2660195), with words of 32 bits. */
export function seededChance(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}
