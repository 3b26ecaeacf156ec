/** A deterministic source of numbers in [−1, 1). Marsaglia's xorshift32; golden inputs depend on
 *  it, so it never changes. */
export function pseudoRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}

/** `length` numbers of `random`, times `scale`. */
export function randomFloats(random: () => number, length: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, () => random() * scale);
}
