/** A ratio of two sums over draws, each of which gives a part to both: a mean where every lower
 *  part is 1. */
export interface Ratio {
  readonly value: number;
  /** Its standard error; NaN where there are fewer than two draws. */
  readonly error: number;
  readonly count: number;
}

/** What a draw gives to the sum above and to the sum below. */
export type RatioParts = readonly [above: number, below: number];

/** The ratio, with its error by the delta method: the deviation of above − ratio · below over the
 *  mean of below. Source: Deng, Knoblich and Lu 2018 (arXiv 1803.06336), section 3. */
export function ratioOf(parts: readonly RatioParts[]): Ratio {
  const count = parts.length;
  let [above, below] = [0, 0];
  for (const [over, under] of parts) {
    above += over;
    below += under;
  }
  const value = below === 0 ? 0 : above / below;
  let squares = 0;
  for (const [over, under] of parts) squares += (over - value * under) ** 2;
  const deviation = Math.sqrt(squares / (count - 1));
  const error = below === 0 ? 0 : deviation / Math.sqrt(count) / (below / count);
  return { value, error: count < 2 ? Number.NaN : error, count };
}
