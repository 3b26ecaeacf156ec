import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

test("a quick catalogue benchmark prints searches by size, filters and whole answers", async () => {
  const args = [RUN, "catalogue", "--quick", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { by_tracks: byTracks, served } = JSON.parse(stdout);
  assert.deepEqual(Object.keys(byTracks), ["2000", "10000"]);
  for (const found of Object.values<Record<string, number>>(byTracks)) {
    for (const name of ["p50_ms", "p99_ms", "cpu_ms", "build_s", "bytes", "clusters"]) {
      assert.ok(found[name]! > 0, name);
    }
    assert.ok(found.recall_at_100! > 0.9 && found.recall_at_100! <= 1);
    assert.ok(found.read_share! > 0 && found.read_share! <= 1);
  }
  assert.ok(served.filter_ms.first.p50 > 0 && served.filter_ms.later.p99 > 0);
  for (const load of [served.open_loop, served.open_loop.half_filtered]) {
    assert.ok(load.p50_ms > 0 && load.cpu_ms >= 0);
    assert.equal(load.errors, 0);
  }
});
