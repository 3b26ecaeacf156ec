import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { along, roundAxis } from "./plot-scale.ts";

test("an axis to 0.23 has a tick at every 0.05", () => {
  const axis = roundAxis(0, 0.23, 5);
  assert.deepEqual(
    axis.ticks.map((tick) => tick.toFixed(axis.digits)),
    ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25"],
  );
  assert.equal(along(axis, 0.125, [100, 0]), 50);
});

test("every axis covers its values with few ticks that read apart", () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(value, value, (one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      fc.pre(high === low || high - low > 1e-6);
      const axis = roundAxis(low, high, 5);
      // A value a billionth of a step beyond the last tick is on it.
      const slack = 1e-8 * (axis.ticks[1]! - axis.ticks[0]!) + 1e-9 * Math.abs(high);
      assert.ok(axis.from <= low + slack);
      assert.ok(axis.to >= high - slack);
      assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 12, `${axis.ticks}`);
      assert.equal(
        new Set(axis.ticks.map((tick) => tick.toFixed(axis.digits))).size,
        axis.ticks.length,
      );
    }),
  );
});
