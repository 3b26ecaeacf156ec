import assert from "node:assert/strict";
import { test } from "node:test";
import { pseudoRandom } from "../core/bundle/pseudo-random.ts";
import { slopeOf } from "./memory-slope.ts";

const SECOND_MS = 1_000;

test("a line's slope is found exactly", () => {
  const samples = Array.from({ length: 100 }, (_, second) => ({
    atMs: second * SECOND_MS,
    value: 200 + second / 3_600,
  }));
  const { perHour, low, high } = slopeOf(samples);
  for (const value of [perHour, low, high]) assert.ok(Math.abs(value - 1) < 1e-6, `${value}`);
});

test("the interval holds the slope of noise in about 95 of 100 cases", () => {
  const random = pseudoRandom(5);
  const cases = 400;
  let held = 0;
  for (let one = 0; one < cases; one++) {
    const samples = Array.from({ length: 200 }, (_, second) => ({
      atMs: second * SECOND_MS,
      value: 200 + random() + random() + random() + second / 1_800,
    }));
    const { low, high } = slopeOf(samples);
    if (low <= 2 && 2 <= high) held++;
  }
  assert.ok(held > 0.91 * cases && held < 0.99 * cases, `${held} of ${cases}`);
});

test("too few samples have no slope", () => {
  const few = Array.from({ length: 19 }, (_, second) => ({ atMs: second, value: 1 }));
  assert.ok(Number.isNaN(slopeOf(few).perHour));
});
