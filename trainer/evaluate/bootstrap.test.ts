import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { compareModels, signTest } from "./bootstrap.ts";

const DRAW = { seed: 7, resamples: 500 };

test("the interval of a coin's mean is that of the binomial", () => {
  const random = seededRandom(1, "coin");
  const sessions = 2000;
  const heads = Float64Array.from({ length: sessions }, () => (random() < 0.3 ? 1 : 0));
  const figures = { predictions: new Float64Array(sessions).fill(1), sums: { coin: heads } };
  const [low, high] = compareModels(figures, "coin", DRAW).intervals.coin!;
  const spread = 2 * 1.96 * Math.sqrt((0.3 * 0.7) / sessions);
  assert.ok(low < 0.3 && high > 0.3);
  assert.ok(Math.abs(high - low - spread) < 0.2 * spread, `${high - low} against ${spread}`);
});

test("a model that is better by as much in every session differs by just that", () => {
  const predictions = Float64Array.of(4, 2, 2);
  const better = Float64Array.of(3, 1, 2);
  const worse = better.map((sum, session) => sum - predictions[session]! / 4);
  const { differences } = compareModels({ predictions, sums: { better, worse } }, "better", DRAW);
  assert.equal(differences.worse!.difference, 0.25);
  for (const end of differences.worse!.interval) assert.ok(Math.abs(end - 0.25) < 1e-12);
});

test("the same seed gives the same intervals, and another seed others", () => {
  const sums = { a: Float64Array.from({ length: 50 }, (_, index) => 1 + Math.sin(index)) };
  const figures = { predictions: new Float64Array(50).fill(3), sums };
  const first = compareModels(figures, "a", DRAW);
  assert.deepEqual(compareModels(figures, "a", DRAW), first);
  assert.notDeepEqual(compareModels(figures, "a", { ...DRAW, seed: 8 }), first);
});

test("the sign test of nine wins in ten, worked by hand", () => {
  const one = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1);
  const other = Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1);
  // z = (8 − 1) / √10 = 2.2136, so p = 2 · 0.01343.
  assert.ok(Math.abs(signTest(one, other) - 0.02686) < 1e-4);
  assert.equal(signTest(one, one), 1);
});
