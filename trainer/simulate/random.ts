/** A stream of random numbers that its seed alone decides. */
export interface Random {
  /** 0 ≤ x < 1, 32 bits of it. */
  uniform(): number;
  /** A whole number, 0 ≤ x < `count`. */
  below(count: number): number;
  /** Mean 0, deviation 1. */
  normal(): number;
}

/** The stream named `stream` of a seed; streams of other names share nothing with it, so that one
 *  listener more changes no other. The generator is sfc32 (Doty-Humphrey, PractRand). */
export function seededRandom(seed: number, stream: string): Random {
  const state = stateFrom(`${seed}/${stream}`);
  const uniform = () => nextBits(state) / 0x1_0000_0000;
  return {
    uniform,
    below: (count) => Math.floor(uniform() * count),
    // Box and Muller; 1 − x keeps the logarithm's argument above 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Draws an index with a chance in proportion to its weight; weights are not negative, one is above
 *  0. */
export function drawWeighted(random: Random, weights: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < weights.length; index++) total += weights[index]!;
  let left = random.uniform() * total;
  for (let index = 0; index < weights.length; index++) {
    left -= weights[index]!;
    if (left < 0) return index;
  }
  return weights.length - 1;
}

/** How often something of this rate happens (Poisson, Knuth's method; for rates below 30). */
export function drawCount(random: Random, rate: number): number {
  const limit = Math.exp(-rate);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count += 1;
  return count;
}

/** A number of trials from 1 on with this mean, each ending the run with the same chance
 *  (geometric). */
export function drawRunLength(random: Random, mean: number): number {
  return 1 + Math.floor(Math.log(1 - random.uniform()) / Math.log(1 - 1 / mean));
}

const WARM_UP_ROUNDS = 15;

/** Four lanes of FNV-1a over the text, each from another basis. */
function stateFrom(text: string): Int32Array {
  const state = Int32Array.of(0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 1);
  for (let index = 0; index < text.length; index++) {
    for (let lane = 0; lane < 3; lane++) {
      state[lane] = Math.imul(state[lane]! ^ (text.charCodeAt(index) + lane), 0x01000193);
    }
  }
  for (let round = 0; round < WARM_UP_ROUNDS; round++) nextBits(state);
  return state;
}

function nextBits(state: Int32Array): number {
  const [a, b, c, counter] = state as unknown as [number, number, number, number];
  const bits = (a + b + counter) | 0;
  state[3] = counter + 1;
  state[0] = b ^ (b >>> 9);
  state[1] = c + (c << 3);
  state[2] = ((c << 21) | (c >>> 11)) + bits;
  return bits >>> 0;
}
