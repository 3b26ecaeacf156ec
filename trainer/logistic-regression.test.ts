import assert from "node:assert/strict";
import { test } from "node:test";
import { logisticRegression } from "./logistic-regression.ts";
import { seededRandom } from "./random.ts";

test("a sign that only goes with yes and no by its share gets the logit of that share", () => {
  // Three of four with the sign are yes, one of four without it.
  const signs = Float64Array.of(...[1, 1, 1, 1, 1, 1, 1, 1], ...[1, 0, 1, 0, 1, 0, 1, 0]);
  const labels = Uint8Array.of(1, 1, 1, 0, 1, 0, 0, 0);
  const [bias, weight] = logisticRegression({ signs, labels, width: 2 }, 1e-9);
  assert.ok(Math.abs(bias! - Math.log(1 / 3)) < 1e-6);
  assert.ok(Math.abs(weight! - 2 * Math.log(3)) < 1e-6);
});

test("weights that made the labels are found again", () => {
  const random = seededRandom(5, "examples");
  const made = [0.5, -1, 2];
  const rows = 20_000;
  const signs = Float64Array.from({ length: rows * 3 }, () => 2 * random() - 1);
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const logit = made.reduce((sum, weight, index) => sum + weight * signs[row * 3 + index]!, 0);
    return random() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
  });
  const found = logisticRegression({ signs, labels, width: 3 }, 1);
  for (const [index, weight] of made.entries()) {
    assert.ok(Math.abs(found[index]! - weight) < 0.1, `${found[index]} is not ${weight}`);
  }
});

test("a sign that never varies from the rest keeps its weight at what the prior leaves", () => {
  const signs = Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0);
  const [bias, unseen] = logisticRegression(
    { signs, labels: Uint8Array.of(1, 0, 1, 0), width: 2 },
    1,
  );
  assert.equal(unseen, 0);
  assert.ok(Math.abs(bias!) < 1e-9);
});
