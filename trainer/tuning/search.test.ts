import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { seededRandom } from "../random.ts";
import { anyValue } from "./dimension-values.ts";
import { type SearchPlan, search, type Trial } from "./search.ts";
import type { SearchSpace, Settings } from "./search-space.ts";

const space: SearchSpace = {
  rate: { min: 0.001, max: 10, scale: "log", whole: false },
  dropout: { min: 0, max: 1, scale: "linear", whole: false },
  width: { min: 1, max: 100, scale: "linear", whole: true },
  kind: { values: ["a", "b", "c", null] },
};
const first: Settings = { rate: 5, dropout: 0.9, width: 3, kind: "a" };
const EPOCHS = [1, 3, 9];

/** Its best is 1: a rate of 0.1, a dropout of 0.3, a width of 60 and the kind c. */
function quality({ rate, dropout, width, kind }: Settings): number {
  return (
    1 -
    (Math.log10(Number(rate) / 0.1) / 4) ** 2 -
    (Number(dropout) - 0.3) ** 2 -
    (Number(width) / 100 - 0.6) ** 2 -
    (kind === "c" ? 0 : 0.2)
  );
}

/** What a learner of that quality has reached: the more it has to learn, the later. */
function reached(settings: Settings, rung: number): number {
  return quality(settings) - (0.3 + 0.1 * Number(settings.dropout)) / EPOCHS[rung]!;
}

const plan = (seed: number, others: Partial<SearchPlan> = {}): SearchPlan => {
  return { space, rungs: EPOCHS.length, seed, first, isAllowed: () => true, ...others };
};

interface Measured {
  readonly trial: Trial;
  readonly rung: number;
}

const STOP = new Error("the budget is spent");

/** Searches until `epochsMax` are learned; a trial that climbs on learns only what it lacks. */
async function searched(
  seed: number,
  { epochsMax, atOnce = 1, from = 0 }: { epochsMax: number; atOnce?: number; from?: number },
): Promise<{ measured: Measured[]; left: number[] }> {
  const measured: Measured[] = [];
  const left: number[] = [];
  const learned = new Map<number, number>();
  let epochs = 0;
  const measure = async (trial: Trial, rung: number) => {
    if (measured.length < from) {
      measured.push({ trial, rung });
      return reached(trial.settings, rung);
    }
    for (let pause = 0; pause < (trial.number * 7) % 5; pause++) await turn();
    epochs += EPOCHS[rung]! - (learned.get(trial.number) ?? 0);
    learned.set(trial.number, EPOCHS[rung]!);
    if (epochs > epochsMax) throw STOP;
    measured.push({ trial, rung });
    return reached(trial.settings, rung);
  };
  const leave = async ({ number }: Trial) => {
    left.push(number);
  };
  await assert.rejects(search(plan(seed), { measure, leave, atOnce }), STOP);
  return { measured, left };
}

const best = (all: readonly Settings[]) => Math.max(...all.map(quality));

test("a known optimum is found better than at random in the same number of epochs", async () => {
  const epochsMax = 200;
  let lead = 0;
  let found = 0;
  const seeds = 20;
  for (let seed = 1; seed <= seeds; seed++) {
    const { measured } = await searched(seed, { epochsMax });
    const random = seededRandom(seed, "random search");
    const drawn = Array.from({ length: Math.floor(epochsMax / 9) }, () =>
      Object.fromEntries(
        Object.entries(space).map(([key, dimension]) => [key, anyValue(dimension, random)]),
      ),
    );
    const whole = measured.filter(({ rung }) => rung === 2).map(({ trial }) => trial.settings);
    found += best(whole) / seeds;
    lead += (best(whole) - best(drawn)) / seeds;
  }
  assert.ok(found > 0.95, `the best has a quality of ${found}, the optimum 1`);
  assert.ok(lead > 0.04, `it leads random search by ${lead}`);
});

test("trial 0 is measured first at every rung, and the best third of a rung climbs", async () => {
  const { measured, left } = await searched(1, { epochsMax: 60 });
  const rungs = measured.map(({ trial, rung }) => `${trial.number}@${rung}`);
  assert.deepEqual(rungs.slice(0, 3), ["0@0", "0@1", "0@2"]);
  assert.deepEqual(
    rungs.slice(3, 12),
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `${number}@0`),
  );
  const bracket = measured.slice(3, 12).map(({ trial }) => trial);
  const ranked = bracket.toSorted(
    (one, other) => reached(other.settings, 0) - reached(one.settings, 0),
  );
  const climbed = measured.slice(12, 15);
  assert.deepEqual(
    climbed.map(({ trial, rung }) => [trial.number, rung]),
    ranked.slice(0, 3).map(({ number }) => [number, 1]),
  );
  const losers = ranked.slice(3).map(({ number }) => number);
  assert.deepEqual(left.slice(0, 7), [0, ...losers]);
});

test("how many trials are measured at once changes nothing of the sequence", async () => {
  const order = ({ trial, rung }: Measured) => JSON.stringify([trial, rung]);
  const one = (await searched(3, { epochsMax: 120 })).measured.map(order);
  const four = (await searched(3, { epochsMax: 120, atOnce: 4 })).measured.map(order);
  const both = Math.min(one.length, four.length) - 9;
  assert.ok(both > 20);
  assert.deepEqual(one.slice(0, both).sort(), four.slice(0, both).sort());
});

test("a search that is gone on with tries what it would have tried undisturbed", async () => {
  const whole = await searched(5, { epochsMax: 150 });
  const resumed = await searched(5, { epochsMax: 40, from: 20 });
  assert.ok(resumed.measured.length > 20);
  assert.deepEqual(resumed.measured, whole.measured.slice(0, resumed.measured.length));
});

test("another seed tries other settings", async () => {
  const settings = async (seed: number) => (await searched(seed, { epochsMax: 40 })).measured;
  assert.notDeepEqual(await settings(1), await settings(2));
});

test("a space of a few values is tried once each, and then the search ends", async () => {
  const tried: Settings[] = [];
  await search(
    plan(1, {
      space: { kind: { values: ["a", "b", "c"] }, even: { values: [true, false] } },
      first: { kind: "a", even: true },
      isAllowed: ({ kind, even }) => kind !== "c" || even === true,
      rungs: 1,
    }),
    {
      measure: async ({ settings }) => tried.push(settings),
      leave: async () => undefined,
      atOnce: 1,
    },
  );
  const kinds = tried.map(({ kind, even }) => `${kind} ${even}`).sort();
  assert.deepEqual(kinds, ["a false", "a true", "b false", "b true", "c true"]);
});
