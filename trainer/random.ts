/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/** Chris Doty-Humphrey's sfc32: 32 bits of each step, 128 bits of state. Streams of one seed and
 *  different names are independent for all that a training needs. */
export function seededRandom(seed: number, stream: string): Random {
  let [a, b, c] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0];
  for (let index = 0; index < stream.length; index++) {
    c = Math.imul(c ^ stream.charCodeAt(index), 0x01000193);
  }
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < MIXING_ROUNDS; round++) next();
  return next;
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
