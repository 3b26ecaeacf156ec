/** How far a search goes: higher is more, and slower. */
export interface Reach {
  /** How many times its spread above its mean the best track of a cluster is expected. */
  readonly reach: number;
  /** How many times the length of the query's coordinates codes may be wrong. */
  readonly margin: number;
}

/** For lists of up to 20 tracks, and for those of 100 and more, where that differs. The best few
 *  are those that stand far from their centroids and that codes tell least of, so they are harder
 *  to find than most of the best hundred. */
export interface SearchReach extends Reach {
  readonly deep?: Reach | undefined;
}

/** Tracks in a list. */
export const REACH_DEPTHS = { near: 20, deep: 100 } as const;

/** For a list of `k` tracks: between the two depths in proportion to the logarithm. */
export function reachFor({ deep, ...near }: SearchReach, k: number): Reach {
  if (deep === undefined || k <= REACH_DEPTHS.near) return near;
  const whole = Math.log(REACH_DEPTHS.deep / REACH_DEPTHS.near);
  const part = Math.min(1, Math.log(k / REACH_DEPTHS.near) / whole);
  const between = (one: number, other: number) => (1 - part) * one + part * other;
  return {
    reach: between(near.reach, deep.reach),
    margin: between(near.margin, deep.margin),
  };
}
