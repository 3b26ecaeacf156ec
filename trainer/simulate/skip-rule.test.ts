import assert from "node:assert/strict";
import { test } from "node:test";
import { seededChance } from "./chance.ts";
import { skipProbability, skippedFraction } from "./skip-rule.ts";
import { WORLD_RULES } from "./world-rules.ts";

const NEUTRAL = {
  fit: WORLD_RULES.skip.fitNeutral,
  bias: 0,
  run: "playlist",
  heardRecently: false,
  streak: 0,
} as const;

test("a neutral play is skipped with the base chance", () => {
  const chance = 1 / (1 + Math.exp(-WORLD_RULES.skip.base));
  assert.equal(skipProbability(NEUTRAL), chance);
});

test("a bad fit, a skip before and a repeat raise the chance; a search lowers it", () => {
  const neutral = skipProbability(NEUTRAL);
  assert.ok(skipProbability({ ...NEUTRAL, fit: 0 }) > neutral);
  assert.ok(skipProbability({ ...NEUTRAL, streak: 1 }) > neutral);
  assert.ok(skipProbability({ ...NEUTRAL, heardRecently: true }) > neutral);
  assert.ok(skipProbability({ ...NEUTRAL, run: "search" }) < neutral);
});

test("an own favourite may come again, and a long streak counts no more than a short one", () => {
  const library = { ...NEUTRAL, run: "library" } as const;
  assert.equal(skipProbability({ ...library, heardRecently: true }), skipProbability(library));
  const { streakMax } = WORLD_RULES.skip;
  const most = skipProbability({ ...NEUTRAL, streak: streakMax });
  assert.equal(skipProbability({ ...NEUTRAL, streak: streakMax + 5 }), most);
});

test("the heard fraction of a skipped play stays within its limits", () => {
  const chance = seededChance(1, "fractions");
  const { fractionMin, fractionMax } = WORLD_RULES.skip;
  for (const fit of [-1, 0, 1]) {
    for (let draw = 0; draw < 1000; draw++) {
      const fraction = skippedFraction(chance, fit);
      assert.ok(fraction >= fractionMin && fraction < fractionMax);
    }
  }
});
