import assert from "node:assert/strict";
import { test } from "node:test";
import { newLatencies } from "./latencies.ts";

test("percentiles are exact to three digits", () => {
  const latencies = newLatencies();
  assert.equal(latencies.percentile(99), 0);
  for (let ms = 1; ms <= 10_000; ms++) latencies.add(ms);
  for (const percentile of [50, 90, 99, 99.9]) {
    const exact = percentile * 100;
    assert.ok(Math.abs(latencies.percentile(percentile) / exact - 1) < 0.001);
  }
  assert.ok(Math.abs(latencies.max() / 10_000 - 1) < 0.001);
  assert.equal(latencies.count(), 10_000);
});
