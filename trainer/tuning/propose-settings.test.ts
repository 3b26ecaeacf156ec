import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { type Observation, proposeSettings } from "./propose-settings.ts";
import type { SearchSpace } from "./search-space.ts";

const space: SearchSpace = {
  dropout: { min: 0, max: 1, scale: "linear", whole: false },
  kind: { values: ["a", "b"] },
};

/** Settings that were worth more the nearer their dropout was to `best`, and with the kind a. */
function observed(rung: number, best: number, count: number): Observation[] {
  return Array.from({ length: count }, (_, at) => {
    const settings = { dropout: at / count, kind: at % 2 === 0 ? "a" : "b" };
    const worth = -Math.abs(at / count - best) - (settings.kind === "a" ? 0 : 0.5);
    return { settings, rung, worth };
  });
}

/** Shares of proposals whose dropout is within 0.15 of `near`, and whose kind is a. */
function shares(observations: readonly Observation[], near: number): [number, number] {
  const random = seededRandom(1, "proposals");
  const drawn = Array.from({ length: 600 }, () => proposeSettings(space, observations, random));
  const share = (is: (settings: (typeof drawn)[number]) => boolean) =>
    drawn.filter(is).length / drawn.length;
  return [
    share(({ dropout }) => Math.abs(Number(dropout) - near) < 0.15),
    share(({ kind }) => kind === "a"),
  ];
}

test("what is like the good settings so far is proposed more, and the rest still is", () => {
  const [near, kindA] = shares(observed(0, 0.8, 20), 0.8);
  assert.ok(near > 0.5 && near < 0.9, `${near} are near, 0.3 would be by chance`);
  assert.ok(kindA > 0.6 && kindA < 0.95, `${kindA} are of the good kind`);
});

test("few observations say nothing", () => {
  const [near, kindA] = shares(observed(0, 0.8, 7), 0.8);
  assert.ok(Math.abs(near - 0.3) < 0.06 && Math.abs(kindA - 0.5) < 0.06);
});

test("a higher rung is believed once it has enough observations, a lower one until then", () => {
  const low = observed(0, 0.2, 20);
  const byFew = [...low, ...observed(1, 0.8, 4)];
  assert.deepEqual(shares(byFew, 0.2), shares(low, 0.2));
  const high = observed(1, 0.8, 12);
  assert.deepEqual(shares([...low, ...high], 0.8), shares(high, 0.8));
});

test("observations without a value of the space are passed over", () => {
  const odd = observed(0, 0.8, 12).map((one) => ({
    ...one,
    settings: { dropout: null, kind: "z" },
  }));
  const [near] = shares(odd, 0.8);
  assert.ok(Math.abs(near - 0.3) < 0.06, `${near} are near`);
});
