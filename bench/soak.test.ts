import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

test("a short soak fails no good request, refuses the bad ones, and prints slopes", async () => {
  const args = [RUN, "soak", "--quick", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figures = JSON.parse(stdout);
  assert.ok(figures.requests > 0);
  assert.equal(figures.errors, 0);
  // Beside other tests a scorer may have no time for all, but it has for most.
  assert.ok(figures.shed < figures.requests / 2, `${figures.shed} of ${figures.requests}`);
  assert.ok(figures.bad_requests > 0);
  assert.equal(figures.bad_not_refused, 0);
  assert.ok(figures.bundle_swaps > 0, "bundles were exchanged");
  assert.ok(figures.catalogue_changes > 0, "the catalogue changed");
  for (const { memory_mib: memory, live_heap_mib: live } of [figures.scorer, figures.ingest]) {
    const [low, high] = memory.per_hour_interval;
    assert.ok(low <= memory.per_hour && memory.per_hour <= high, `${low} … ${high}`);
    // V8 may not have collected all of it in so short a time.
    assert.ok(live.last >= 0 && live.last < memory.last, `${live.last} of ${memory.last} MiB`);
  }
});
