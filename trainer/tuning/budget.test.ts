import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { openBudget } from "./budget.ts";

const plan = { seconds: 60, spentBeforeSeconds: 0, startedMs: 1000, nowMs: () => 31_000 };

test("what earlier runs and this one have spent is spent", () => {
  const budget = openBudget({ ...plan, spentBeforeSeconds: 10, signal: undefined });
  assert.equal(budget.spentSeconds(), 40);
  assert.equal(budget.signal.aborted, false);
  budget.close();
});

test("a budget that earlier runs have used up is over at once", () => {
  const budget = openBudget({ ...plan, spentBeforeSeconds: 60, signal: undefined });
  assert.ok(budget.isTimeOver(budget.signal.reason));
  budget.close();
});

test("work is stopped when the time is over", async () => {
  const budget = openBudget({ ...plan, seconds: 30.02, signal: undefined });
  await once(budget.signal, "abort");
  assert.ok(budget.isTimeOver(budget.signal.reason));
  budget.close();
});

test("work that lets no timer through is stopped by the clock", () => {
  let nowMs = 1000;
  const budget = openBudget({ ...plan, nowMs: () => nowMs, signal: undefined });
  budget.stopCheck();
  nowMs = 61_000;
  assert.throws(budget.stopCheck, (error) => budget.isTimeOver(error));
  assert.ok(budget.signal.aborted);
  budget.close();
});

test("a failure and the caller's own stop are not the end of the time", () => {
  const failure = new Error("failed");
  const failing = openBudget({ ...plan, signal: undefined });
  failing.fail(failure);
  assert.equal(failing.signal.reason, failure);
  assert.equal(failing.isTimeOver(failure), false);
  failing.close();
  const stop = new AbortController();
  const stopped = openBudget({ ...plan, signal: stop.signal });
  stop.abort();
  assert.ok(stopped.signal.aborted);
  assert.equal(stopped.isTimeOver(stopped.signal.reason), false);
  stopped.close();
});
