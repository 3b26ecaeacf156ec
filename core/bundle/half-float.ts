import { assert } from "../domain/failure.ts";

/** Half-precision numbers (IEEE 754 binary16): one sign bit, five of exponent, ten of fraction. A
 *  listener's hidden states are kept in them, and every step begins from them. */

/** The largest finite half. A larger number, infinity included, becomes this one. */
const HALF_MAX = 65_504;
/** Below this, halves are whole multiples of `HALF_STEP_LEAST`. */
const HALF_NORMAL_LEAST = 2 ** -14;
const HALF_STEP_LEAST = 2 ** -24;

/** Rounds each of `values` from `start` to `end` to the nearest half, to the even one of two that
 *  are equally near. Rounding what was rounded changes nothing. NaN stays NaN. */
export function roundToHalves(values: Float32Array, start = 0, end = values.length): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let at = start; at < end; at++) {
    const value = values[at]!;
    const size = Math.abs(value);
    if (size >= HALF_NORMAL_LEAST && size < HALF_MAX) {
      // Ties go to even: half a unit less one, and one more where the kept fraction is odd. A
      // carry into the exponent is what rounding up to the next power of two is.
      const word = bits[at]!;
      bits[at] = (word + 0xfff + ((word >> 13) & 1)) & ~0x1fff;
    } else {
      values[at] = roundedAside(value, size);
    }
  }
}

/** What `roundToHalves` makes of numbers outside the range of ordinary halves. */
function roundedAside(value: number, size: number): number {
  if (size < HALF_NORMAL_LEAST) {
    const steps = size / HALF_STEP_LEAST;
    const below = Math.floor(steps);
    const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
    // Without the sign of a zero: equal states have equal bytes.
    return below + Number(up) === 0 ? 0 : Math.sign(value) * (below + Number(up)) * HALF_STEP_LEAST;
  }
  return Number.isNaN(value) ? Number.NaN : Math.sign(value) * HALF_MAX;
}

/** Writes `values`, which are halves already, two bytes each, little-endian; returns the index
 *  after the last. */
export function writeHalves(bytes: Buffer, start: number, values: Float32Array): number {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  let at = start;
  for (let index = 0; index < values.length; index++) {
    const half = halfOf(words[index]!, values[index]!);
    bytes[at] = half;
    bytes[at + 1] = half >>> 8;
    at += HALF_BYTES;
  }
  return at;
}

export const HALF_BYTES = 2;

/** Reads `target.length` halves. */
export function readHalves(bytes: Buffer, start: number, target: Float32Array): void {
  for (let index = 0, at = start; index < target.length; index++, at += HALF_BYTES) {
    target[index] = FLOATS[bytes[at]! | (bytes[at + 1]! << 8)]!;
  }
}

/** The 16 bits of a float32 that is a half. */
function halfOf(word: number, value: number): number {
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 112;
  if (exponent > 0) {
    // A float32's infinity and NaN have an exponent far above that of any half.
    assert(exponent > 30 || (word & 0x1fff) === 0, "a hidden state is kept in halves");
    if (exponent > 30) return sign | (Number.isNaN(value) ? 0x7e00 : 0x7c00);
    return sign | (exponent << 10) | ((word >>> 13) & 0x3ff);
  }
  return sign | (Math.abs(value) / HALF_STEP_LEAST);
}

/** The number of each of the 65,536 halves. */
const FLOATS = Float32Array.from({ length: 2 ** 16 }, (_, half) => floatOf(half));

function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * HALF_STEP_LEAST;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
