import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runStage } from "./run-stage.ts";

const SIGNAL = new AbortController().signal;
const parts = { signal: SIGNAL, onProgress: () => undefined, nowMs: () => performance.now() };

test("jobs begin when they are due, though none before them has ended", async () => {
  let underWay = 0;
  let most = 0;
  const job = async () => {
    most = Math.max(most, ++underWay);
    await sleep(200);
    underWay--;
    return true;
  };
  const result = await runStage({ rate: 200, seconds: 0.25 }, { ...parts, prepare: () => job });
  assert.equal(result.latencies.count(), 50);
  assert.ok(most > 25, "an open loop does not wait for answers");
});

test("what a job waits for its turn counts, from when it was due", async () => {
  // A clock that stands still but for a stall of 100 ms before the last job is begun.
  const times = [0, 0, 0, 0, 0, 0, 0, 0, 100];
  const nowMs = () => times.shift() ?? 100;
  const job = async () => true;
  const { latencies, sentLatencies } = await runStage(
    { rate: 1_000_000, seconds: 0.000_002 },
    { ...parts, prepare: () => job, nowMs },
  );
  assert.ok(latencies.max() >= 99.9);
  assert.ok(sentLatencies.max() < 1, "nothing took long once it was sent");
});

test("a job that fails counts as failed and ends nothing", async () => {
  const refused = () => Promise.reject(new Error("refused"));
  for (const job of [refused, async () => false]) {
    const stage = { rate: 1000, seconds: 0.02 };
    const { failed, latencies } = await runStage(stage, { ...parts, prepare: () => job });
    assert.deepEqual([failed, latencies.count()], [20, 20]);
  }
});
