/** The positions of the `k` best of the first `count` scores, best first; of equal scores the one
 *  of the lower rank first, or the earlier position where there are no ranks. NaN is never
 *  selected. */
export function selectBest(
  scores: Float32Array,
  count: number,
  k: number,
  ranks?: Int32Array,
): Int32Array {
  const best = new Int32Array(Math.min(k, count));
  const order = { scores, ranks };
  let filled = 0;
  for (let position = 0; position < count; position++) {
    const score = scores[position]!;
    const full = filled === best.length;
    if (full && score < scores[best[filled - 1]!]!) continue;
    if (Number.isNaN(score)) continue;
    const at = insertionPoint(order, best, filled, position);
    if (at === best.length) continue;
    best.copyWithin(at + 1, at, full ? filled - 1 : filled);
    best[at] = position;
    if (!full) filled++;
  }
  return best.subarray(0, filled);
}

interface Order {
  readonly scores: Float32Array;
  readonly ranks: Int32Array | undefined;
}

/** The first place of `best` that holds what comes after `position`. */
function insertionPoint(order: Order, best: Int32Array, filled: number, position: number): number {
  let low = 0;
  let high = filled;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(order, position, best[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function comesBefore({ scores, ranks }: Order, one: number, other: number): boolean {
  const [first, second] = [scores[one]!, scores[other]!];
  if (first !== second) return first > second;
  return ranks === undefined ? one < other : ranks[one]! < ranks[other]!;
}
