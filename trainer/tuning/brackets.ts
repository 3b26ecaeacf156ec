/** The rungs that a trial climbs: at each it has learned one in so many of its epochs, at the last
 *  one all of them. */
export type Rungs = readonly RungDivisor[];
type RungDivisor = number;

/** Of the trials of a rung one in so many climbs on, after so many times the epochs: Hyperband's η
 *  (Li et al. 2018, section 3.3). */
export const CLIMBING_ONE_IN = 3;

/** With more rungs the first bracket would be larger than a short search can afford. */
const RUNGS_MAX = 3;

/** Rungs for trainings of `epochs` epochs, no two of them after the same epoch. */
export function rungsOf(epochs: number): Rungs {
  const rungs: number[] = [1];
  while (rungs.length < RUNGS_MAX) {
    const divisor = rungs[0]! * CLIMBING_ONE_IN;
    if (epochsAt(epochs, divisor) === epochsAt(epochs, rungs[0]!)) break;
    rungs.unshift(divisor);
  }
  return rungs;
}

/** Epochs, of all `epochs` of a training, after which it has reached a rung. */
export function epochsAt(epochs: number, divisor: RungDivisor): number {
  return Math.ceil(epochs / divisor);
}

/** How many trials begin together, and at which rung each is measured first. */
export interface Bracket {
  readonly trials: number;
  readonly firstRung: number;
}

/** Hyperband's brackets (Li et al. 2018, algorithm 1), over and over: from many trials that are cut
 *  off early to a few that are learned wholly, since early figures may mislead. */
export function bracketOf(index: number, rungs: number): Bracket {
  const firstRung = index % rungs;
  const climbs = rungs - 1 - firstRung;
  return { trials: Math.ceil((rungs / (climbs + 1)) * CLIMBING_ONE_IN ** climbs), firstRung };
}
