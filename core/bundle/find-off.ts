import { setImmediate as othersRun } from "node:timers/promises";

/** How many numbers are looked at before others may use the thread again. */
const CHUNK_NUMBERS = 1 << 17;

/** The place of the first number for which `isOff` holds, −1 where there is none. Calls are
 *  answered meanwhile: files have millions of numbers. */
export async function findOff(
  numbers: Float32Array | Uint32Array,
  isOff: (number: number, at: number) => boolean,
): Promise<number> {
  for (let from = 0; from < numbers.length; from += CHUNK_NUMBERS) {
    const to = Math.min(numbers.length, from + CHUNK_NUMBERS);
    for (let at = from; at < to; at++) if (isOff(numbers[at]!, at)) return at;
    await othersRun();
  }
  return -1;
}
