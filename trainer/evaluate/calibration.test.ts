import assert from "node:assert/strict";
import { test } from "node:test";
import { miscalibration, sharesOfKinds } from "./calibration.ts";

test("an item of two kinds counts half for each, and one of none not at all", () => {
  const shares = sharesOfKinds([["jazz"], ["jazz", "soul"], []]);
  assert.deepEqual(
    [...shares],
    [
      ["jazz", 0.75],
      ["soul", 0.25],
    ],
  );
});

test("a list with the listener's own shares is calibrated", () => {
  const shares = sharesOfKinds([["jazz"], ["soul"]]);
  assert.ok(Math.abs(miscalibration(shares, shares)) < 1e-12);
});

test("a list of one kind for a listener of two, worked by hand", () => {
  const heard = sharesOfKinds([["jazz"], ["soul"]]);
  const listed = sharesOfKinds([["jazz"]]);
  // q̃ = 0.99 · (1, 0) + 0.01 · (½, ½) = (0.995, 0.005).
  const expected = 0.5 * Math.log(0.5 / 0.995) + 0.5 * Math.log(0.5 / 0.005);
  assert.ok(Math.abs(miscalibration(heard, listed) - expected) < 1e-12);
});
