import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRatioP } from "./sample-ratio.ts";

test("parts that keep to their shares are likely, and others are not", () => {
  const parts = (...listeners: number[]) =>
    listeners.map((count, at) => {
      return { arm: String(at), share: [0.4, 0.4, 0.2][at]!, listeners: count };
    });
  assert.ok(sampleRatioP(parts(402, 398)) > 0.8);
  // Of 1,000 listeners 450 and 550: 3.16 deviations off.
  assert.ok(Math.abs(sampleRatioP(parts(450, 550)) - 0.00157) < 1e-4);
  assert.ok(sampleRatioP(parts(400, 400, 200)) === 1);
  assert.ok(sampleRatioP(parts(400, 400, 100)) < 1e-6);
  assert.equal(sampleRatioP(parts(10)), 1);
});
