import assert from "node:assert/strict";
import { test } from "node:test";
import { flag, isoToMs, lengthToMs, unixToMs } from "./cells.ts";

const NOON_MS = Date.UTC(2024, 1, 29, 12, 0, 0);

test("a date and a time are UTC unless a zone says otherwise", () => {
  for (const text of [
    "2024-02-29T12:00:00Z",
    "2024-02-29 12:00:00",
    "2024-02-29T12:00",
    "2024-02-29T12:00:00.000Z",
    "2024-02-29T14:00:00+02:00",
    "2024-02-29T04:30:00-0730",
    "2024-02-29 12:00:00 UTC",
  ]) {
    assert.equal(isoToMs(text), NOON_MS, text);
  }
});

test("what is no date and time is none", () => {
  for (const text of [
    "",
    "2024-02-29",
    "29.02.2024 12:00",
    "2024-02-29T12:00:00 and more",
    "2024-02-29T25:00:00Z",
    "1969-12-31T23:59:59Z",
    "2100-01-01T00:00:00Z",
  ]) {
    assert.equal(isoToMs(text), undefined, text);
  }
});

test("a time of another unit is not taken", () => {
  assert.equal(unixToMs("1709208000", 1000), NOON_MS);
  assert.equal(unixToMs("1709208000.5", 1000), NOON_MS + 500);
  assert.equal(unixToMs("1709208000000000", 0.001), NOON_MS);
  for (const text of ["1709208000000", "-1", "", " ", "1e9", "NaN", "0x10"]) {
    assert.equal(unixToMs(text, 1000), undefined, text);
  }
});

test("lengths are never negative nor longer than a day", () => {
  assert.equal(lengthToMs("180.066", 1000), 180_066);
  assert.equal(lengthToMs("0", 1), 0);
  for (const text of ["", "-5", "86401", "long"]) {
    assert.equal(lengthToMs(text, 1000), undefined, text);
  }
});

test("flags are words or digits, in any case", () => {
  assert.deepEqual(["true", "True", "1", "YES"].map(flag), [true, true, true, true]);
  assert.deepEqual(["false", "FALSE", "0", "no"].map(flag), [false, false, false, false]);
  assert.deepEqual(["", "maybe", "2"].map(flag), [undefined, undefined, undefined]);
});
