import assert from "node:assert/strict";
import { test } from "node:test";
import { seededChance } from "../simulate/chance.ts";
import { estimateOf, fixedRadius, sequentialRadius } from "./confidence.ts";
import { ratioOf } from "./ratio.ts";

test("a sequential interval is the paper's, and tightest where it was told to be", () => {
  // 500 ρ² = −2 ln 0.05 + ln(1 − 2 ln 0.05) = 7.9363, and then
  // √(2 · 8.9363 / (500 · 7.9363) · ln(20 √8.9363)).
  const radius = sequentialRadius(1 / Math.sqrt(500), { count: 500, tightAt: 500 });
  assert.ok(Math.abs(radius - 0.13573) < 1e-4);
  const asShareOfFixed = (count: number, tightAt: number) =>
    sequentialRadius(1, { count, tightAt }) / fixedRadius(1);
  const shares = [50, 500, 5_000].map((tightAt) => asShareOfFixed(500, tightAt));
  assert.ok(shares[1]! < shares[0]! && shares[1]! < shares[2]!);
});

test("a sequential interval always holds the mean in nineteen of twenty streams", () => {
  const streams = 400;
  let left = 0;
  for (let stream = 0; stream < streams; stream++) {
    const chance = seededChance(stream, "stream");
    let [sum, squares, isOut] = [0, 0, false];
    for (let count = 1; count <= 1_500; count++) {
      const draw = chance.normal();
      sum += draw;
      squares += draw * draw;
      if (count < 20) continue;
      const mean = sum / count;
      const error = Math.sqrt((squares / count - mean * mean) / count);
      isOut ||= Math.abs(mean) > sequentialRadius(error, { count, tightAt: 500 });
    }
    if (isOut) left += 1;
  }
  assert.ok(left / streams <= 0.05, `${left} of ${streams}`);
});

test("an estimate of no draws says nothing", () => {
  const { sequentialInterval } = estimateOf(0, 0.5, { count: 0, tightAt: 10 });
  assert.deepEqual(sequentialInterval, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test("a ratio's error is that of a mean where every lower part is 1", () => {
  const { value, error, count } = ratioOf([1, 2, 3, 6].map((above) => [above, 1]));
  assert.deepEqual([value, count], [3, 4]);
  assert.ok(Math.abs(error - Math.sqrt(14 / 3 / 4)) < 1e-12);
});

test("a ratio's error is near what many draws of it show", () => {
  const values: number[] = [];
  let told = 0;
  for (let sample = 0; sample < 600; sample++) {
    const chance = seededChance(sample, "ratio");
    const parts = Array.from({ length: 80 }, () => {
      const below = 1 + chance.below(9);
      return [below * chance.uniform(), below] as const;
    });
    const { value, error } = ratioOf(parts);
    values.push(value);
    told += error / 600;
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const seen = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 600);
  assert.ok(Math.abs(told / seen - 1) < 0.1);
});
