import assert from "node:assert/strict";
import { test } from "node:test";
import { negativeSampler } from "./negative-sampler.ts";
import { seededRandom } from "./random.ts";

test("tracks are drawn in proportion to a power of their support", () => {
  const support = Int32Array.of(1, 4, 9, 100);
  const draws = new Int32Array(200_000);
  negativeSampler(support, 0.5, seededRandom(3, "draws"))(draws);
  for (const [track, share] of [1 / 16, 2 / 16, 3 / 16, 10 / 16].entries()) {
    const drawn = draws.filter((draw) => draw === track).length / draws.length;
    assert.ok(Math.abs(drawn - share) < 0.005, `track ${track}: ${drawn} instead of ${share}`);
  }
});

test("an exponent of 0 draws all tracks alike", () => {
  const draws = new Int32Array(90_000);
  negativeSampler(Int32Array.of(1, 50, 1000), 0, seededRandom(4, "draws"))(draws);
  for (const track of [0, 1, 2]) {
    const drawn = draws.filter((draw) => draw === track).length / draws.length;
    assert.ok(Math.abs(drawn - 1 / 3) < 0.01);
  }
});

test("the only track is always drawn", () => {
  const draws = new Int32Array(10).fill(-1);
  negativeSampler(Int32Array.of(7), 0.5, seededRandom(5, "draws"))(draws);
  assert.ok(draws.every((draw) => draw === 0));
});
