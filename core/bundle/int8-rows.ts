/** Rows of numbers as whole steps of −127…127, each row with a scale of its own: a quarter of the
 *  bytes of float32. */
export interface Int8Rows {
  /** [rows, width] */
  readonly steps: Int8Array;
  /** [rows]: what one step of a row stands for; 0 for a row of zeros. */
  readonly scales: Float32Array;
}

/** The largest step; −128 never occurs, so that a vector and its opposite are as exact. */
const STEPS_MAX = 127;

/** Rounds rows [rows, width] to steps. A number moves by at most half of its row's scale, which is
 *  the row's largest number ÷ 127, and by float32's rounding. */
export function toInt8Rows(values: Float32Array, width: number): Int8Rows {
  const scales = new Float32Array(values.length / width);
  const steps = new Int8Array(values.length);
  for (let row = 0; row < scales.length; row++) {
    const [from, to] = [row * width, (row + 1) * width];
    let largest = 0;
    for (let at = from; at < to; at++) largest = Math.max(largest, Math.abs(values[at]!));
    const scale = scaleOf(largest);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let at = from; at < to; at++) {
      // A scale among the denormals is so coarse that its 128th step may be nearer.
      const step = Math.round(values[at]! / scale);
      steps[at] = Math.max(-STEPS_MAX, Math.min(STEPS_MAX, step));
    }
  }
  return { steps, scales };
}

/** Rounded up, the scale of a row that holds float32's largest number would lead beyond it. */
function scaleOf(largest: number): number {
  const scale = Math.fround(largest / STEPS_MAX);
  const fits = Number.isFinite(Math.fround(scale * STEPS_MAX));
  return fits ? scale : Math.fround(scale * (1 - 2 ** -23));
}

/** Each step times its row's scale, rounded to float32. */
export function fromInt8Rows(
  { steps, scales }: Int8Rows,
  width: number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(steps.length);
  for (let row = 0; row < scales.length; row++) {
    const scale = scales[row]!;
    for (let at = row * width; at < (row + 1) * width; at++) values[at] = steps[at]! * scale;
  }
  return values;
}
