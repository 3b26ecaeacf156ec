import { seededRandom } from "../random.ts";
import { bracketOf, CLIMBING_ONE_IN } from "./brackets.ts";
import { type Observation, proposeSettings } from "./propose-settings.ts";
import type { SearchSpace, Settings } from "./search-space.ts";

/** Settings that are tried; number 0 are the ones that the search has to beat. */
export interface Trial {
  readonly number: number;
  readonly settings: Settings;
}

export interface SearchPlan {
  readonly space: SearchSpace;
  /** How many rungs a trial can climb. */
  readonly rungs: number;
  readonly seed: number;
  /** The settings of trial 0. */
  readonly first: Settings;
  /** Whether settings can be used together. */
  readonly isAllowed: (settings: Settings) => boolean;
}

/** What a search does with its trials. */
export interface TrialWork {
  /** What a trial is worth at a rung, counted from 0. It has been measured at the rungs before,
   *  from its bracket's first on. Throws where the search shall stop. */
  readonly measure: (trial: Trial, rung: number) => Promise<number>;
  /** Told of a trial that is not measured any more. */
  readonly leave: (trial: Trial) => Promise<void>;
  /** So many trials are measured side by side. */
  readonly atOnce: number;
}

/** Searches bracket after bracket, by Hyperband with proposals that learn from brackets before
 *  (`proposeSettings`). The same plan and the same worths give the same sequence of trials, however
 *  many are measured at once. Ends where no settings that were not tried are found any more, and
 *  throws what `measure` throws. */
export async function search(plan: SearchPlan, work: TrialWork): Promise<void> {
  const observed: Observation[] = [];
  const tried = new Set<string>();
  let trials: Trial[] = [{ number: 0, settings: plan.first }];
  let firstRung = 0;
  for (let bracket = 0; trials.length > 0; bracket++) {
    for (const { settings } of trials) tried.add(keyOf(settings));
    observed.push(...(await climb(trials, { firstRung, rungs: plan.rungs }, work)));
    const next = bracketOf(bracket, plan.rungs);
    trials = propose(plan, { observed, tried, count: next.trials });
    firstRung = next.firstRung;
  }
}

/** Successive halving (Jamieson & Talwalkar 2016): the best of each rung climb on. Of trials that
 *  are worth the same the earlier one does. */
async function climb(
  trials: readonly Trial[],
  { firstRung, rungs }: { readonly firstRung: number; readonly rungs: number },
  work: TrialWork,
): Promise<Observation[]> {
  const observed: Observation[] = [];
  let climbing = trials;
  for (let rung = firstRung; rung < rungs; rung++) {
    const worths = await mapAtOnce(climbing, work.atOnce, (trial) => work.measure(trial, rung));
    const measured = climbing.map((trial, at) => ({ trial, worth: worths[at]! }));
    for (const { trial, worth } of measured) observed.push({ ...trial, rung, worth });
    const kept = rung === rungs - 1 ? 0 : Math.max(1, Math.floor(trials.length / divisorAt(rung)));
    const ranked = measured.toSorted((one, other) => other.worth - one.worth);
    for (const { trial } of ranked.slice(kept)) await work.leave(trial);
    climbing = ranked.slice(0, kept).map(({ trial }) => trial);
  }
  return observed;

  function divisorAt(rung: number): number {
    return CLIMBING_ONE_IN ** (rung - firstRung + 1);
  }
}

/** Trials of settings that were not tried; fewer than `count` where they are not found. */
function propose(
  { space, seed, isAllowed }: SearchPlan,
  known: {
    readonly observed: readonly Observation[];
    readonly tried: ReadonlySet<string>;
    readonly count: number;
  },
): Trial[] {
  const tried = new Set(known.tried);
  const trials: Trial[] = [];
  for (let number = known.tried.size; trials.length < known.count; number++) {
    const random = seededRandom(seed, `trial ${number}`);
    let settings: Settings | undefined;
    for (let draw = 0; draw < DRAWS_MAX && settings === undefined; draw++) {
      const drawn = proposeSettings(space, known.observed, random);
      if (!tried.has(keyOf(drawn)) && isAllowed(drawn)) settings = drawn;
    }
    if (settings === undefined) break;
    tried.add(keyOf(settings));
    trials.push({ number, settings });
  }
  return trials;
}

/** After so many draws in vain the space counts as searched through. */
const DRAWS_MAX = 200;

function keyOf(settings: Settings): string {
  return JSON.stringify(Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** As `map`, `atOnce` items side by side. Throws the first failure once all have ended. */
async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  };
  const lanes = Array.from({ length: Math.min(atOnce, items.length) }, lane);
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  return results;
}
