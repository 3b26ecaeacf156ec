import assert from "node:assert/strict";
import { test } from "node:test";
import { drawCount, drawRunLength, drawWeighted, seededChance } from "./chance.ts";

const DRAWS = 20_000;

test("a seed's stream is the same every time, and another stream is another", () => {
  const numbers = (seed: number, stream: string) => {
    const chance = seededChance(seed, stream);
    return [chance.uniform(), chance.uniform(), chance.normal(), chance.below(1000)];
  };
  assert.deepEqual(numbers(1, "a"), numbers(1, "a"));
  assert.notDeepEqual(numbers(1, "a"), numbers(1, "b"));
  assert.notDeepEqual(numbers(1, "a"), numbers(2, "a"));
});

test("uniform numbers fill 0…1 evenly", () => {
  const chance = seededChance(1, "uniform");
  const bins = new Array<number>(10).fill(0);
  for (let draw = 0; draw < DRAWS; draw++) bins[Math.floor(chance.uniform() * 10)]! += 1;
  // Chi-squared with 9 degrees of freedom: 33.7 is passed once in ten thousand seeds.
  const expected = DRAWS / 10;
  const distance = bins.reduce((all, count) => all + (count - expected) ** 2 / expected, 0);
  assert.ok(distance < 33.7, `chi-squared is ${distance}`);
});

test("normal numbers have mean 0 and deviation 1", () => {
  const chance = seededChance(1, "normal");
  const numbers = Array.from({ length: DRAWS }, () => chance.normal());
  assert.ok(Math.abs(mean(numbers)) < 0.03);
  assert.ok(Math.abs(mean(numbers.map((number) => number ** 2)) - 1) < 0.05);
});

test("weights are kept to, and a weight of 0 is never drawn", () => {
  const chance = seededChance(1, "weighted");
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < DRAWS; draw++) counts[drawWeighted(chance, [0, 1, 3, 0])]! += 1;
  assert.equal(counts[0], 0);
  assert.equal(counts[3], 0);
  assert.ok(Math.abs(counts[2]! / DRAWS - 0.75) < 0.02);
});

test("counts and run lengths have the mean that was asked for", () => {
  const chance = seededChance(1, "counts");
  const counts = Array.from({ length: DRAWS }, () => drawCount(chance, 1.5));
  const lengths = Array.from({ length: DRAWS }, () => drawRunLength(chance, 12));
  assert.ok(Math.abs(mean(counts) - 1.5) < 0.05);
  assert.ok(Math.abs(mean(lengths) - 12) < 0.4);
  assert.ok(Math.min(...lengths) === 1 && Number.isFinite(Math.max(...lengths)));
  assert.equal(drawRunLength(chance, 1), 1);
});

function mean(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0) / numbers.length;
}
