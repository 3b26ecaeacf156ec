/** In float64. */
export function squaredLength(vector: Float32Array): number {
  let squared = 0;
  for (let at = 0; at < vector.length; at++) squared += vector[at]! * vector[at]!;
  return squared;
}

/** Euclidean. */
export function lengthOf(vector: Float32Array): number {
  return Math.sqrt(squaredLength(vector));
}
