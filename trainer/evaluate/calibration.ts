/** What share of listening or of a list each genre or artist has; the shares add up to 1. */
export type Shares = ReadonlyMap<string, number>;

/** How far a list is from what its listener hears: the Kullback-Leibler divergence of the list's
 *  shares q from the listener's p, in nats, 0 where they are equal. The list's shares are mixed
 *  with `SMOOTHING` of p, so that what it lacks costs much and not infinitely much. Steck 2018
 *  (RecSys), equations 5 and 6. */
export function miscalibration(heard: Shares, listed: Shares): number {
  let divergence = 0;
  for (const [kind, share] of heard) {
    if (share === 0) continue;
    const mixed = (1 - SMOOTHING) * (listed.get(kind) ?? 0) + SMOOTHING * share;
    divergence += share * Math.log(share / mixed);
  }
  return divergence;
}

const SMOOTHING = 0.01;

/** The shares of kinds among items; an item of several kinds is split among them. */
export function sharesOfKinds(items: readonly (readonly string[])[]): Shares {
  const shares = new Map<string, number>();
  const counted = items.filter((kinds) => kinds.length > 0);
  for (const kinds of counted) {
    for (const kind of kinds) {
      shares.set(kind, (shares.get(kind) ?? 0) + 1 / (kinds.length * counted.length));
    }
  }
  return shares;
}
