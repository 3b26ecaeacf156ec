import { lengthOf } from "./vector-length.ts";

/** The largest integer of a quantised track vector. */
export const ROW_STEPS_MAX = 127;
const QUERY_STEPS_MAX = 32_767;
const DOT_MAX = 2 ** 31 - 1;

/** Lifts a bound over whatever rounding to float32 could take from it. */
const ROUND_UP = 1 + 2 ** -20;

export interface QuantisedRow {
  /** What one step stands for; float32. */
  readonly scale: number;
  /** At least the Euclidean length of what rounding took away; float32. */
  readonly error: number;
  /** At least the Euclidean length of the row before rounding. */
  readonly norm: number;
}

/** Writes `row` to `target` as int8 steps of `scale`. Symmetric: -128 never occurs. */
export function quantiseRow(row: Float32Array, target: Int8Array): QuantisedRow {
  const scale = Math.fround(largest(row) / ROW_STEPS_MAX);
  return { scale, ...roundTo(row, scale, target) };
}

/** Writes `query` to `target` as int16 steps, so coarse that its dot product with any quantised
 *  row of `target.length` columns fits 32 bits. */
export function quantiseQuery(query: Float32Array, target: Int16Array): QuantisedRow {
  const steps = Math.min(QUERY_STEPS_MAX, Math.floor(DOT_MAX / (ROW_STEPS_MAX * target.length)));
  const scale = Math.fround(largest(query) / steps);
  return { scale, ...roundTo(query, scale, target) };
}

/** So long, in steps, that a query's dot product with any row fits 32 bits, rounding included. */
export const LENGTHS_MAX = { query: 30_000, row: 60_000 } as const;

/** Writes `values` to `target` as int16 steps of at most such a length; returns what one step
 *  stands for, float32. */
export function quantiseToLength(
  values: Float32Array,
  target: Int16Array,
  lengthMax: number,
): number {
  const longest = largest(values) / QUERY_STEPS_MAX;
  const scale = Math.fround(Math.max(longest, lengthOf(values) / lengthMax));
  const steps = stepsOf(scale);
  for (let at = 0; at < values.length; at++) target[at] = Math.floor(values[at]! * steps + 0.5);
  return scale;
}

/** The next bound that survives being rounded to float32. */
export function roundedUp(bound: number): number {
  return Math.fround(bound * ROUND_UP);
}

function largest(values: Float32Array): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at]!));
  return most;
}

/** How many steps 1 is: a product and a floor take a sixth of the time of a quotient that is
 *  rounded. */
function stepsOf(scale: number): number {
  return scale === 0 ? 0 : 1 / scale;
}

function roundTo(values: Float32Array, scale: number, target: Int8Array | Int16Array) {
  const steps = stepsOf(scale);
  let errorSquared = 0;
  let normSquared = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    const step = Math.floor(value * steps + 0.5);
    target[at] = step;
    const rest = value - step * scale;
    errorSquared += rest * rest;
    normSquared += value * value;
  }
  return {
    error: roundedUp(Math.sqrt(errorSquared)),
    norm: roundedUp(Math.sqrt(normSquared)),
  };
}
