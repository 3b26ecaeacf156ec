/** What a hidden vector is scored against: of each track a second vector, and the place where the
 *  hidden vector's gradient is left. */
export interface OutputLayer {
  /** D */
  readonly dimension: number;
  /** [tracks, D] */
  readonly vectors: Float32Array;
  /** [D]: of the loss of the last step, by the hidden vector. */
  readonly gradient: Float32Array;
}

/** One step of negative sampling: the loss is −ln σ(h · v₀) − Σ ln σ(−h · vᵢ), where track 0 of
 *  `candidates` is the right one and the others are noise; a noise track that is the right one says
 *  nothing. Moves the candidates' vectors against their gradient, leaves the hidden vector's
 *  gradient in the layer, and returns the loss before the step.
 *  Source: Mikolov et al. 2013, arXiv 1310.4546, equation 4. */
export function predictCandidates(
  { dimension, vectors, gradient }: OutputLayer,
  hidden: Float32Array,
  candidates: Int32Array,
  rate: number,
): number {
  gradient.fill(0);
  const right = candidates[0]!;
  let loss = 0;
  for (let index = 0; index < candidates.length; index++) {
    const track = candidates[index]!;
    if (index > 0 && track === right) continue;
    const at = track * dimension;
    const score = dotOfRow(hidden, vectors, at);
    // σ(x) and ln(1 + eˣ) share one power that cannot overflow.
    const power = Math.exp(-Math.abs(score));
    const chance = score > 0 ? 1 / (1 + power) : power / (1 + power);
    const slope = index === 0 ? chance - 1 : chance;
    loss += Math.log1p(power) + Math.max(0, index === 0 ? -score : score);
    const move = rate * slope;
    for (let i = 0; i < dimension; i++) {
      const weight = vectors[at + i]!;
      gradient[i] = gradient[i]! + slope * weight;
      vectors[at + i] = weight - move * hidden[i]!;
    }
  }
  return loss;
}

/** Four sums side by side, so that none waits for the addition before. */
function dotOfRow(hidden: Float32Array, vectors: Float32Array, at: number): number {
  const whole = hidden.length - (hidden.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += hidden[i]! * vectors[at + i]!;
    b += hidden[i + 1]! * vectors[at + i + 1]!;
    c += hidden[i + 2]! * vectors[at + i + 2]!;
    d += hidden[i + 3]! * vectors[at + i + 3]!;
  }
  for (let i = whole; i < hidden.length; i++) a += hidden[i]! * vectors[at + i]!;
  return a + b + c + d;
}
