import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { placeOf, valueAt } from "./dimension-values.ts";
import type { NumberRange } from "./search-space.ts";

const rate: NumberRange = { min: 0.01, max: 1, scale: "log", whole: false };
const lanes: NumberRange = { min: 16, max: 512, scale: "log", whole: true };
const dropout: NumberRange = { min: 0, max: 0.6, scale: "linear", whole: false };

test("the middle of a logarithmic range is its geometric mean, of a linear one its mean", () => {
  assert.equal(valueAt(rate, 0.5), 0.1);
  assert.equal(valueAt(dropout, 0.5), 0.3);
  assert.equal(valueAt(lanes, 0.2), 32);
});

test("every place gives a value of the range, which has nearly that place", () => {
  const anyRange = fc.constantFrom(rate, lanes, dropout);
  const anyPlace = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(anyRange, anyPlace, (range, place) => {
      const value = valueAt(range, place);
      assert.ok(value >= range.min && value <= range.max);
      assert.ok(!range.whole || Number.isInteger(value));
      assert.equal(JSON.parse(JSON.stringify(value)), value);
      assert.ok(Math.abs(placeOf(range, value)! - place) < 0.01);
    }),
  );
});

test("what is no number of the range has no place", () => {
  for (const value of [null, "0.1", undefined, 0.001, 2]) {
    assert.equal(placeOf(rate, value), undefined);
  }
});
