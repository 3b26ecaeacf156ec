import type { Chance } from "./chance.ts";

/** A direction in the latent space that tracks, tastes and moods share; length 1. */
export type Direction = Float64Array;

export function randomDirection(chance: Chance, dimensions: number): Direction {
  return unit(Float64Array.from({ length: dimensions }, () => chance.normal()));
}

/** `center` moved in a random direction: noise of length about `spread` is added, then the length
 *  is 1 again. */
export function near(chance: Chance, center: Direction, spread: number): Direction {
  const scale = spread / Math.sqrt(center.length);
  return unit(center.map((value) => value + scale * chance.normal()));
}

/** The direction of a weighted sum. */
export function blend(parts: readonly (readonly [weight: number, Direction])[]): Direction {
  const sum = new Float64Array(parts[0]![1].length);
  for (const [weight, direction] of parts) {
    for (let index = 0; index < sum.length; index++) sum[index]! += weight * direction[index]!;
  }
  return unit(sum);
}

/** The cosine of two directions, −1…1: how well a track fits what is wanted. */
export function fit(one: Direction, other: Direction): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

function unit(vector: Float64Array): Direction {
  const length = Math.sqrt(fit(vector, vector));
  return vector.map((value) => value / length);
}
