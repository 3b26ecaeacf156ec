/** How finely an event's numbers are known. Records keep just this much, so models hear no more:
 *  a step that is done again from a record is the step that was done. */

/** Times are in quarter seconds. */
export const TIME_STEP_MS = 250;
/** Fractions played are in half percents. */
export const FRACTION_STEPS = 200;

/** The last quarter second by `atMs`, milliseconds since 1970-01-01 UTC. */
export function rememberedTimeMs(atMs: number): number {
  return atMs - (atMs % TIME_STEP_MS);
}

/** The nearest half percent to `fraction`, 0…1, as a float32. */
export function rememberedFraction(fraction: number): number {
  return fractionOf(Math.round(fraction * FRACTION_STEPS));
}

/** So many half percents as a float32. */
export function fractionOf(steps: number): number {
  return FRACTIONS[steps]!;
}

const FRACTIONS = Float32Array.from(
  { length: FRACTION_STEPS + 1 },
  (_, steps) => steps / FRACTION_STEPS,
);
