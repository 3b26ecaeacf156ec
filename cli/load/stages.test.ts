import assert from "node:assert/strict";
import { test } from "node:test";
import { objectiveOf, stagesOf } from "./stages.ts";

test("a load is one stage, a ramp a staircase from its first rate to its last", () => {
  assert.deepEqual(stagesOf(100, 5, undefined), [{ rate: 100, seconds: 5 }]);
  const rates = stagesOf(1, 2, "100:400:4").map(({ rate }) => rate);
  assert.deepEqual(rates, [100, 200, 300, 400]);
});

test("a rate, a ramp or an objective that means nothing is a usage error", () => {
  assert.throws(() => stagesOf(0, 5, undefined), /--rate/);
  for (const ramp of ["100", "400:100:4", "1:2:1", "1:2:3:4", "a:b:c"]) {
    assert.throws(() => stagesOf(1, 1, ramp), /--ramp/);
  }
  assert.deepEqual(objectiveOf("p99.9=25ms"), { percentile: 99.9, ms: 25 });
  for (const text of ["p99", "p101=5ms", "p0=5ms", "25ms"]) {
    assert.throws(() => objectiveOf(text), /--objective/);
  }
});
