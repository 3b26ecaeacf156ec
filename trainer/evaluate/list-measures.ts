/** [tracks]: in how many lists each track stands. */
export type Exposure = ArrayLike<number>;

/** Share of the catalogue that stands in any list. Herlocker et al. 2004, section 5.2. */
export function catalogueCoverage(exposure: Exposure): number {
  let shown = 0;
  for (let track = 0; track < exposure.length; track++) if (exposure[track]! > 0) shown += 1;
  return exposure.length === 0 ? 0 : shown / exposure.length;
}

/** How unevenly exposure falls on the catalogue: 0 where every track is shown as often, towards 1
 *  where one track has it all. Gini's index; Shani & Gunawardana 2011, section 8.3.2. */
export function giniOfExposure(exposure: Exposure): number {
  const rising = Float64Array.from(exposure).sort();
  let weighted = 0;
  let sum = 0;
  for (const [place, shown] of rising.entries()) {
    weighted += (2 * (place + 1) - rising.length - 1) * shown;
    sum += shown;
  }
  return sum === 0 ? 0 : weighted / (rising.length * sum);
}

/** Mean share of plays of the tracks shown. */
export function averagePopularity(
  exposure: Exposure,
  playShare: (track: number) => number,
): number {
  return meanOverShown(exposure, playShare);
}

/** Mean self-information of the tracks shown, −log2 of their share of plays, in bits. Zhou et al.
 *  2010 (PNAS), "surprisal". */
export function novelty(exposure: Exposure, playShare: (track: number) => number): number {
  return meanOverShown(exposure, (track) => -Math.log2(playShare(track)));
}

function meanOverShown(exposure: Exposure, value: (track: number) => number): number {
  let sum = 0;
  let shown = 0;
  for (let track = 0; track < exposure.length; track++) {
    if (exposure[track] === 0) continue;
    sum += exposure[track]! * value(track);
    shown += exposure[track]!;
  }
  return shown === 0 ? 0 : sum / shown;
}

/** Mean distance of a list's pairs, 0 for fewer than two items. Ziegler et al. 2005, halved where
 *  their sum counts each pair twice. */
export function intraListDiversity<Item>(
  list: readonly Item[],
  distance: (one: Item, other: Item) => number,
): number {
  let sum = 0;
  let pairs = 0;
  for (const [place, one] of list.entries()) {
    for (const other of list.slice(place + 1)) {
      sum += distance(one, other);
      pairs += 1;
    }
  }
  return pairs === 0 ? 0 : sum / pairs;
}

/** `intraListDiversity` for the cosine distance of rows of `vectors` [tracks, dimension], in time
 *  proportional to the list: the cosines of all ordered pairs and of each row with itself add up
 *  to the squared length of the sum of unit rows. */
export function cosineDiversity(
  list: ArrayLike<number>,
  vectors: Float32Array,
  dimension: number,
): number {
  const sum = new Float64Array(dimension);
  let rows = 0;
  for (let place = 0; place < list.length; place++) {
    const row = vectors.subarray(list[place]! * dimension, (list[place]! + 1) * dimension);
    const length = Math.hypot(...row);
    if (length === 0) continue;
    rows += 1;
    for (let column = 0; column < dimension; column++) sum[column]! += row[column]! / length;
  }
  if (rows < 2) return 0;
  const squared = sum.reduce((total, value) => total + value * value, 0);
  return 1 - (squared - rows) / (rows * (rows - 1));
}

/** Share of a list that is both relevant and unexpected: not in the list of a primitive
 *  recommender, here the most popular tracks. Ge, Delgado-Battenfeld & Jannach 2010, equation 2. */
export function serendipity<Item>(
  list: readonly Item[],
  judged: { readonly relevant: ReadonlySet<Item>; readonly primitive: ReadonlySet<Item> },
): number {
  const { relevant, primitive } = judged;
  const good = list.filter((item) => relevant.has(item) && !primitive.has(item));
  return list.length === 0 ? 0 : good.length / list.length;
}
