import assert from "node:assert/strict";
import { test } from "node:test";
import { areaUnderCurve } from "./area-under-curve.ts";

test("the area is the share of pairs in the right order, ties counting half", () => {
  // Positives 0.9 and 0.4 against negatives 0.4 and 0.1: 1 + 1 + ½ + 1 of 4 pairs.
  assert.equal(areaUnderCurve([0.9, 0.4, 0.4, 0.1], [true, true, false, false]), 3.5 / 4);
});

test("a perfect order is 1, its reverse 0, and equal scores say nothing", () => {
  assert.equal(areaUnderCurve([1, 2, 3], [false, true, true]), 1);
  assert.equal(areaUnderCurve([3, 2, 1], [false, true, true]), 0);
  assert.equal(areaUnderCurve([1, 1, 1], [false, true, true]), 0.5);
});

test("one class alone has no order", () => {
  assert.equal(areaUnderCurve([1, 2], [true, true]), 0.5);
  assert.equal(areaUnderCurve([], []), 0.5);
});
