import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

test("a quick look at the speed of training learns every event that another follows", async () => {
  const args = [RUN, "training-speed", "--quick", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { events, cpu_seconds, events_per_cpu_second, loss } = JSON.parse(stdout);
  // 10,000 events make 1,428 sessions of 7.
  assert.equal(events, 1428 * 6);
  assert.ok(Math.abs(events_per_cpu_second - events / cpu_seconds) < 1e-6);
  assert.ok(loss > 0);
});
