import type { Random } from "../random.ts";
import { anyValue, isChoice, placeOf, valueAt } from "./dimension-values.ts";
import { type Density, frequenciesOver, parzenOver } from "./parzen.ts";
import type { Dimension, SearchSpace, Settings, SettingValue } from "./search-space.ts";

/** What settings were worth once they had learned up to a rung, counted from 0. */
export interface Observation {
  readonly settings: Settings;
  readonly rung: number;
  readonly worth: number;
}

/** Proposes settings to try next: a third of them any of the space, so that nothing is overlooked
 *  for good, the others as a tree-structured Parzen estimator likes them best (Bergstra et al.
 *  2011; within Hyperband: Falkner et al. 2018, BOHB): of a few drawn like the good ones so far,
 *  those with the highest ratio of the good ones' density to the others'. Only results of one rung
 *  are compared with each other, the highest that has enough. */
export function proposeSettings(
  space: SearchSpace,
  observed: readonly Observation[],
  random: Random,
): Settings {
  const compared = comparable(observed);
  if (compared.length === 0 || random() < ANY_SHARE) return anySettings(space, random);
  const ranked = compared.toSorted((one, other) => other.worth - one.worth);
  const goodCount = Math.ceil(ranked.length * GOOD_SHARE);
  const [good, others] = [ranked.slice(0, goodCount), ranked.slice(goodCount)];
  const likings = Object.entries(space).map(([key, dimension]) => {
    const seen = (part: readonly Observation[]) => part.map(({ settings }) => settings[key]);
    return [key, likingOf(dimension, seen(good), seen(others))] as const;
  });
  let best: Settings = {};
  let bestRatio = Number.NEGATIVE_INFINITY;
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = likings.map(([key, { draw }]) => [key, draw(random)] as const);
    const ratio = likings.reduce((sum, [, { ratio }], at) => sum + ratio(drawn[at]![1]), 0);
    if (ratio > bestRatio) [best, bestRatio] = [Object.fromEntries(drawn), ratio];
  }
  return best;
}

/** Share of proposals that heed nothing that was observed. */
const ANY_SHARE = 1 / 3;
/** Share of observations that count as good. */
const GOOD_SHARE = 0.25;
/** Settings drawn for each proposal. */
const DRAWS = 24;
/** With fewer observations of a rung nothing is concluded from it. */
const OBSERVED_MIN = 8;

function anySettings(space: SearchSpace, random: Random): Settings {
  return Object.fromEntries(
    Object.entries(space).map(([key, dimension]) => [key, anyValue(dimension, random)]),
  );
}

function comparable(observed: readonly Observation[]): readonly Observation[] {
  const rungs = [...new Set(observed.map(({ rung }) => rung))].sort((one, other) => other - one);
  const at = (rung: number) => observed.filter((one) => one.rung === rung);
  return rungs.map(at).find(({ length }) => length >= OBSERVED_MIN) ?? [];
}

/** How values of one dimension are drawn, and the logarithm of how much they are liked. */
interface Liking {
  draw(random: Random): SettingValue;
  ratio(value: SettingValue): number;
}

function likingOf(
  dimension: Dimension,
  good: readonly (SettingValue | undefined)[],
  others: readonly (SettingValue | undefined)[],
): Liking {
  if (isChoice(dimension)) {
    const { values } = dimension;
    const over = (seen: readonly (SettingValue | undefined)[]) =>
      frequenciesOver(
        values,
        seen.filter((value) => value !== undefined && values.includes(value)) as SettingValue[],
      );
    const [liked, disliked] = [over(good), over(others)];
    return { draw: liked.draw, ratio: (value) => logRatio(liked, disliked, value) };
  }
  const over = (seen: readonly (SettingValue | undefined)[]) =>
    parzenOver(
      seen.map((value) => placeOf(dimension, value)).filter((place) => place !== undefined),
    );
  const [liked, disliked] = [over(good), over(others)];
  return {
    draw: (random) => valueAt(dimension, liked.draw(random)),
    ratio: (value) => logRatio(liked, disliked, placeOf(dimension, value)!),
  };
}

function logRatio<Value>(liked: Density<Value>, disliked: Density<Value>, value: Value): number {
  return Math.log(liked.density(value) / disliked.density(value));
}
