/** A linear axis from 0 (or `from`) with round ticks. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  /** Digits after the point that tell the ticks apart. */
  readonly digits: number;
}

/** Chooses about `wanted` ticks at 1, 2 or 5 times a power of ten, covering `low` to `high`. */
export function roundAxis(low: number, high: number, wanted: number): Axis {
  const spread = high - low > 0 ? high - low : Math.max(Math.abs(high), 1);
  const rough = spread / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return { from: first * step, to: last * step, ticks, digits };
}

/** Where `value` stands between two ends of pixels. */
export function along(axis: Axis, value: number, [start, end]: readonly [number, number]): number {
  return start + ((value - axis.from) / (axis.to - axis.from)) * (end - start);
}

/** A coordinate for SVG: tenths of a pixel are enough. */
export function pixels(value: number): string {
  return String(Math.round(value * 10) / 10);
}
