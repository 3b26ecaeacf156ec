import type { Random } from "./random.ts";

/** Fills `target` with tracks drawn with replacement. */
export type NegativeSampler = (target: Int32Array) => void;

/** Draws each track with a probability in proportion to support^exponent, in constant time.
 *  Source: Vose's form of Walker's alias method (1991). */
export function negativeSampler(
  support: Int32Array,
  exponent: number,
  random: Random,
): NegativeSampler {
  const count = support.length;
  const { threshold, alias } = aliasTable(Float64Array.from(support, (n) => n ** exponent));
  return (target) => {
    for (let index = 0; index < target.length; index++) {
      const point = random() * count;
      const column = Math.min(count - 1, Math.floor(point));
      target[index] = point - column < threshold[column]! ? column : alias[column]!;
    }
  };
}

/** Columns of equal width, each of at most two outcomes: `column` below its threshold, its alias
 *  above it. */
function aliasTable(weights: Float64Array): { threshold: Float64Array; alias: Int32Array } {
  const count = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const threshold = weights.map((weight) => (weight / total) * count);
  const alias = Int32Array.from(threshold, (_, index) => index);
  const small: number[] = [];
  const large: number[] = [];
  for (let index = 0; index < count; index++) {
    (threshold[index]! < 1 ? small : large).push(index);
  }
  while (small.length > 0 && large.length > 0) {
    const receiver = small.pop()!;
    const giver = large.pop()!;
    alias[receiver] = giver;
    threshold[giver] = threshold[giver]! + threshold[receiver]! - 1;
    (threshold[giver]! < 1 ? small : large).push(giver);
  }
  for (const index of [...small, ...large]) threshold[index] = 1;
  return { threshold, alias };
}
