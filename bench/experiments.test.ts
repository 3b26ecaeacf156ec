import assert from "node:assert/strict";
import { test } from "node:test";
import { ESTIMATOR_NAMES, estimateOften } from "./experiment-estimates.ts";
import { RUN_FIGURES, runExperiments } from "./experiment-runs.ts";

test("arms that are the same seldom seem to differ, however often it is looked", () => {
  const { atTheEnd, peekingAtOneLook, peekingSequential } = runExperiments(200, 9);
  for (const figure of RUN_FIGURES) {
    assert.ok(atTheEnd[figure]! > 0.015 && atTheEnd[figure]! < 0.085, figure);
    assert.ok(peekingSequential[figure]! <= 0.05, figure);
    // Who peeks by the interval of one look is wrong several times as often.
    assert.ok(peekingAtOneLook[figure]! > 0.1, figure);
  }
});

test("an arm that is better is found to be", () => {
  const { atTheEnd, signTest } = runExperiments(20, 6, { fit: 8, popularity: 0 });
  assert.ok(atTheEnd.skip_share! > 0.5);
  assert.ok(signTest > 0.3);
});

test("a new policy is estimated within a tenth of what it would have earned", () => {
  const { worstError, logged, truth, covered } = estimateOften(12, 3_000, 7);
  for (const name of ESTIMATOR_NAMES) {
    assert.ok(worstError[name] < 0.1, name);
    assert.ok(covered[name] > 0.75, name);
  }
  // What was logged is no estimate of it.
  assert.ok(Math.abs(logged - truth) / truth > 0.1);
});
