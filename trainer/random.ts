/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/** A stream that can be left and gone on with. */
export interface RandomStream extends Random {
  /** Four whole numbers from which `continuedRandom` goes on. */
  state(): RandomState;
}
export type RandomState = readonly [number, number, number, number];

/** Chris Doty-Humphrey's sfc32: 32 bits of each step, 128 bits of state. Streams of one seed and
 *  different names are independent for all that a training needs. */
export function seededRandom(seed: number, stream: string): RandomStream {
  let name = 0;
  for (let index = 0; index < stream.length; index++) {
    name = Math.imul(name ^ stream.charCodeAt(index), 0x01000193);
  }
  const random = continuedRandom([seed | 0, Math.floor(seed / 2 ** 32) | 0, name, 1]);
  for (let round = 0; round < MIXING_ROUNDS; round++) random();
  return random;
}

/** The stream that was left in `state`. */
export function continuedRandom(state: RandomState): RandomStream {
  let [a, b, c, counter] = state;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  return Object.assign(next, { state: (): RandomState => [a, b, c, counter] });
}

/** Steps after which every bit of the seed has reached every bit of the state. */
const MIXING_ROUNDS = 16;

/** Puts `items` in a random order, in place (Fisher and Yates). */
export function shuffle(items: Int32Array, random: Random): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const item = items[last]!;
    items[last] = items[other]!;
    items[other] = item;
  }
}
