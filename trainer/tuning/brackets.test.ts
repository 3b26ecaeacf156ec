import assert from "node:assert/strict";
import { test } from "node:test";
import { bracketOf, epochsAt, rungsOf } from "./brackets.ts";

test("rungs are a ninth, a third and all of the epochs, and no two of them the same epoch", () => {
  const epochs = (all: number) => rungsOf(all).map((divisor) => epochsAt(all, divisor));
  assert.deepEqual(epochs(9), [1, 3, 9]);
  assert.deepEqual(epochs(12), [2, 4, 12]);
  assert.deepEqual(epochs(6), [1, 2, 6]);
  assert.deepEqual(epochs(2), [1, 2]);
  assert.deepEqual(epochs(1), [1]);
});

test("brackets are Hyperband's for three rungs, over and over", () => {
  const brackets = [0, 1, 2, 3].map((index) => bracketOf(index, 3));
  assert.deepEqual(
    brackets.map(({ trials, firstRung }) => [trials, firstRung]),
    [
      [9, 0],
      [5, 1],
      [3, 2],
      [9, 0],
    ],
  );
  assert.deepEqual(bracketOf(4, 1), { trials: 1, firstRung: 0 });
});
