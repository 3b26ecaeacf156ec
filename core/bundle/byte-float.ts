/** Numbers between −1 and 1 in one byte: whole multiples of 1/128, from −127/128 to 127/128. The
 *  hidden states of a GRU, which are means of hyperbolic tangents, are kept in them. Each of them
 *  is a half, too. */

const STEPS = 128;
const STEP_MOST = STEPS - 1;

/** Rounds each of `values` from `start` to `end` to one of the two bytes around it, the nearer one
 *  the more often, so that rounding moves no state on average: a memory that changes by a tenth of
 *  a step takes the step once in ten times, where the nearest byte would keep it where it was for
 *  ever (Gupta et al. 2015, arXiv 1502.02551, section 3.1). What is drawn is a hash of the number's
 *  own bits, so that equal numbers become equal bytes wherever they are rounded. Rounding what was
 *  rounded changes nothing. Beyond the bytes a number becomes the outermost one; NaN stays NaN. */
export function roundToBytes(values: Float32Array, start = 0, end = values.length): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let at = start; at < end; at++) {
    const scaled = values[at]! * STEPS;
    const below = Math.floor(scaled);
    const step = scaled - below > drawn(bits[at]!) ? below + 1 : below;
    // Adding 0 leaves no sign on a zero: equal states have equal bytes.
    values[at] = Math.min(Math.max(step, -STEP_MOST), STEP_MOST) / STEPS + 0;
  }
}

/** A number from 0 to below 1 that looks random beside the number that has these bits. */
function drawn(bits: number): number {
  const mixed = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  return (Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) >>> 8) / 2 ** 24;
}

/** Writes `values`, one byte each; returns the index after the last, or undefined where one of them
 *  is no such byte. */
export function writeBytes(bytes: Buffer, start: number, values: Float32Array): number | undefined {
  // By index: an iterator leaves an object and a number on the heap for each value, which is more
  // than all else that hearing an event leaves there.
  for (let index = 0; index < values.length; index++) {
    const step = values[index]! * STEPS;
    const byte = step | 0;
    if (byte !== step || byte > STEP_MOST || byte < -STEP_MOST) return undefined;
    bytes[start + index] = byte;
  }
  return start + values.length;
}

/** Reads `target.length` numbers. */
export function readBytes(bytes: Buffer, start: number, target: Float32Array): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = ((bytes[start + index]! << 24) >> 24) / STEPS;
  }
}
