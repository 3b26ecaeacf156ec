import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

test("a quick scorer benchmark prints every figure, and no call fails", async () => {
  const args = [RUN, "scorer", "--quick", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figures = JSON.parse(stdout);
  const { closed_loop_rps: rps, cpu_us_per_request: cpuUs, empty_reply: empty } = figures;
  for (const value of [rps, cpuUs, empty.closed_loop_rps, empty.cpu_us_per_request]) {
    assert.ok(Number.isFinite(value) && value > 0, `${value}`);
  }
  assert.equal(figures.cpu_of_empty_replies, cpuUs / empty.cpu_us_per_request);
  assert.deepEqual(Object.keys(figures.open_loop), ["250", "500", "1000", "2000"]);
  for (const { p50_ms, p90_ms, p99_ms, errors } of Object.values<Record<string, number>>(
    figures.open_loop,
  )) {
    assert.ok(p50_ms! > 0 && p50_ms! <= p90_ms! && p90_ms! <= p99_ms!);
    assert.equal(errors, 0);
  }
  assert.ok(figures.events_heard_meanwhile > 0, "ingest hears beside it");
});
