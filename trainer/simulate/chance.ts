import { seededRandom } from "../random.ts";

/** A stream of random numbers that its seed alone decides. */
export interface Chance {
  /** 0 ≤ x < 1, 32 bits of it. */
  uniform(): number;
  /** A whole number, 0 ≤ x < `count`. */
  below(count: number): number;
  /** Mean 0, deviation 1. */
  normal(): number;
}

/** The stream named `stream` of a seed; streams of other names share nothing with it, so that one
 *  listener more changes no other. */
export function seededChance(seed: number, stream: string): Chance {
  const uniform = seededRandom(seed, stream);
  return {
    uniform,
    below: (count) => Math.floor(uniform() * count),
    // Box and Muller; 1 − x keeps the logarithm's argument above 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Draws an index with a chance in proportion to its weight; weights are not negative, one is above
 *  0. */
export function drawWeighted(chance: Chance, weights: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < weights.length; index++) total += weights[index]!;
  let left = chance.uniform() * total;
  for (let index = 0; index < weights.length; index++) {
    left -= weights[index]!;
    if (left < 0) return index;
  }
  return weights.length - 1;
}

/** How often something of this rate happens (Poisson, Knuth's method; for rates below 30). */
export function drawCount(chance: Chance, rate: number): number {
  const limit = Math.exp(-rate);
  let count = 0;
  for (let product = chance.uniform(); product > limit; product *= chance.uniform()) count += 1;
  return count;
}

/** A number of trials from 1 on with this mean, each ending the run with the same chance
 *  (geometric). */
export function drawRunLength(chance: Chance, mean: number): number {
  return 1 + Math.floor(Math.log(1 - chance.uniform()) / Math.log(1 - 1 / mean));
}
