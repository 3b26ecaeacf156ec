import assert from "node:assert/strict";
import { test } from "node:test";
import { ASSUMPTIONS, planFor } from "./capacity-plan.ts";

const COSTS = {
  eventCpuUs: 30,
  listCpuUs: 2_000,
  listenerBytes: 1_000,
  processBytes: 1e8,
  trackBytes: 500,
};

test("a plan is what was measured, multiplied", () => {
  const demand = { listeners: 8_640_000, tracks: 100_000, eventsADay: 100, listsADay: 20 };
  const plan = planFor(COSTS, demand);
  assert.equal(plan.eventsPerSecond, 10_000 * ASSUMPTIONS.peakFactor);
  assert.equal(plan.listsPerSecond, 2_000 * ASSUMPTIONS.peakFactor);
  assert.equal(plan.cores, (30_000 * 30e-6 + 6_000 * 2e-3) / ASSUMPTIONS.coreShare);
  assert.equal(plan.hosts, Math.ceil(plan.cores / ASSUMPTIONS.hostCores));
  const storeBytes = 8_640_000 * 1_000;
  assert.equal(plan.hostDiskBytes * plan.hosts, storeBytes * ASSUMPTIONS.diskFactor);
  assert.ok(plan.hostMemoryBytes > 2 * (1e8 + 5e7));
});

test("the smallest installation is one core of one host", () => {
  const { cores, hosts } = planFor(COSTS, {
    listeners: 1,
    tracks: 10,
    eventsADay: 1,
    listsADay: 1,
  });
  assert.deepEqual([cores, hosts], [1, 1]);
});
