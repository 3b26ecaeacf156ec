import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset, Partition } from "../core/domain/ids.ts";
import { createWatchdog, type Look, lookAt } from "./watchdog.ts";

const LIMITS = { stalledAfterMs: 10_000, lostAfterMs: 30_000 };

test("a wedged consumer is stalled and then lost, although its client is not silent", () => {
  assert.deepEqual(
    judged([
      { nowMs: 0, applied: 5, lag: 9 },
      { nowMs: 9_000, applied: 5, lag: 20 },
      { nowMs: 10_000, applied: 5, lag: 30 },
      { nowMs: 29_999, applied: 5, lag: 30 },
      { nowMs: 30_000, applied: 5, lag: 30 },
    ]),
    ["well", "well", "stalled", "stalled", "lost"],
  );
});

test("a batch that fails again and again is stalled, and never lost", () => {
  const looks = Array.from({ length: 20 }, (_, turn) => ({
    nowMs: turn * 5_000,
    applied: 5,
    tried: turn,
    lag: 7,
  }));
  assert.deepEqual(judged(looks).slice(2), Array(18).fill("stalled"));
});

test("a consumer that moves is never stalled, however far it is behind", () => {
  const looks = Array.from({ length: 20 }, (_, turn) => ({
    nowMs: turn * 9_000,
    applied: turn,
    lag: 1e6,
  }));
  assert.deepEqual(new Set(judged(looks)), new Set(["well"]));
});

test("where nothing waits no progress is due, and its time begins with the next record", () => {
  assert.deepEqual(
    judged([
      { nowMs: 0, applied: 5, lag: 0 },
      { nowMs: 3_600_000, applied: 5, lag: 0 },
      { nowMs: 3_609_000, applied: 5, lag: 1 },
      { nowMs: 3_611_000, applied: 5, lag: 1 },
      { nowMs: 3_612_000, applied: 6, lag: 0 },
    ]),
    ["well", "well", "well", "stalled", "well"],
  );
});

test("what is lost by custom is gone within half a minute", () => {
  const judge = createWatchdog();
  const stuck = { silentMs: 0, applied: 5, tried: 1, lag: 9 };
  let nowMs = 0;
  while (judge({ ...stuck, nowMs }) !== "lost") nowMs += 1_000;
  assert.ok(nowMs < 30_000, `${nowMs} ms`);
});

test("a log that says nothing is lost, whatever waits", () => {
  const looks = [{ nowMs: 0, applied: 5, lag: 0, silentMs: 31_000 }];
  assert.deepEqual(judged(looks), ["lost"]);
});

test("what waits is counted from the log's first record, of owned partitions alone", async () => {
  const look = await lookAt(
    { assigned: () => [0, 1] as Partition[] },
    { watermarks: async () => ({ first: 10 as Offset, next: 25 as Offset }) },
    { position: (partition) => (partition === 0 ? positionAt(20) : undefined) },
  );
  const lags = new Map([
    [0, 5],
    [1, 15],
  ]);
  assert.deepEqual(look, { applied: 20, lag: 5 + 15, lags });
});

type Told = Pick<Look, "nowMs" | "applied" | "lag"> & Partial<Look>;

function judged(looks: readonly Told[]) {
  const judge = createWatchdog(LIMITS);
  return looks.map((look) => judge({ silentMs: 0, tried: 1, ...look }));
}

function positionAt(next: number) {
  return { epoch: 0, next: next as Offset, appendedAtMs: 0 };
}
