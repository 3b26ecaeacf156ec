import assert from "node:assert/strict";
import { test } from "node:test";
import { estimatePolicy, type LoggedPick } from "./policy-estimates.ts";

test("estimates are those of their papers, by hand", () => {
  const picks: LoggedPick[] = [
    pick("ada", { propensity: 0.5, wanted: 1, reward: 1, expected: 0.5, expectedOfWanted: 0.5 }),
    pick("bob", {
      propensity: 0.5,
      wanted: 0.25,
      reward: 0,
      expected: 0.25,
      expectedOfWanted: 0.5,
    }),
    pick("bob", {
      propensity: 0.5,
      wanted: 0.25,
      reward: 1,
      expected: 0.5,
      expectedOfWanted: 0.75,
    }),
  ];
  const found = estimatePolicy(picks, 100);
  // Weights are 2, 1/2 and 1/2.
  assert.equal(found.logged.value, 2 / 3);
  assert.ok(Math.abs(found.snips.value - 2.5 / 3) < 1e-12);
  const robust = (0.5 + 2 * 0.5 + (0.5 + 0.5 * -0.25) + (0.75 + 0.5 * 0.5)) / 3;
  assert.ok(Math.abs(found.doublyRobust.value - robust) < 1e-12);
  assert.equal(found.meanWeight.value, 1);
  assert.equal(found.effectivePicks, 9 / 4.5);
  assert.deepEqual([found.picks, found.listeners], [3, 2]);
});

test("a policy that is the logging one earns what was logged", () => {
  const picks = [1, 0, 1, 1].map((reward, at) => {
    return pick(`l${at}`, {
      propensity: 0.3,
      wanted: 0.3,
      reward,
      expected: 0.9,
      expectedOfWanted: 0.9,
    });
  });
  const { logged, snips, doublyRobust, effectivePicks } = estimatePolicy(picks, 100);
  assert.equal(snips.value, logged.value);
  assert.ok(Math.abs(doublyRobust.value - logged.value) < 1e-12);
  assert.ok(Math.abs(effectivePicks - 4) < 1e-12);
});

function pick(listener: string, told: Omit<LoggedPick, "listener">): LoggedPick {
  return { listener, ...told };
}
