/** The positions of the `k` best of the first `count` scores, best first; of equal scores the
 *  earlier position first. NaN is never selected. */
export function selectBest(scores: Float32Array, count: number, k: number): Int32Array {
  const best = new Int32Array(Math.min(k, count));
  let filled = 0;
  for (let position = 0; position < count; position++) {
    const score = scores[position]!;
    const full = filled === best.length;
    if (full && !(score > scores[best[filled - 1]!]!)) continue;
    if (Number.isNaN(score)) continue;
    const at = insertionPoint(scores, best, filled, score);
    best.copyWithin(at + 1, at, full ? filled - 1 : filled);
    best[at] = position;
    if (!full) filled++;
  }
  return best.subarray(0, filled);
}

/** The first place of `best` that holds less than `score`. */
function insertionPoint(
  scores: Float32Array,
  best: Int32Array,
  filled: number,
  score: number,
): number {
  let low = 0;
  let high = filled;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[best[middle]!]! < score) high = middle;
    else low = middle + 1;
  }
  return low;
}
