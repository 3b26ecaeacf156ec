import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

test("a quick scorer benchmark prints every figure, refused calls of open loops too", async () => {
  const args = [RUN, "scorer", "--quick", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figures = JSON.parse(stdout);
  const { empty_reply: empty, health_check: checked } = figures;
  for (const { closed_loop_rps: rps, cpu_us_per_request: cpuUs } of [figures, empty, checked]) {
    for (const value of [rps, cpuUs]) assert.ok(Number.isFinite(value) && value > 0, `${value}`);
  }
  const { cpu_us_per_request: cpuUs, hurried_share: hurried } = figures;
  assert.equal(figures.cpu_of_empty_replies, cpuUs / empty.cpu_us_per_request);
  assert.equal(figures.cpu_of_health_checks, cpuUs / checked.cpu_us_per_request);
  assert.ok(hurried >= 0 && hurried <= 1, `${hurried}`);
  assert.deepEqual(Object.keys(figures.open_loop), ["250", "500", "1000", "2000"]);
  for (const [rate, found] of Object.entries<Record<string, number>>(figures.open_loop)) {
    const names = ["p50_ms", "p90_ms", "p99_ms", "errors", "answered_per_second"];
    assert.deepEqual(Object.keys(found), names);
    // An overloaded scorer refuses calls, on a slow machine at any of these rates.
    assert.ok(found.errors! >= 0 && found.errors! <= Number(rate));
  }
  const { plain, explained, ...more } = figures.explained_lists;
  assert.equal(more.more_p50_ms, explained.p50_ms - plain.p50_ms);
  assert.equal(more.more_p99_ms, explained.p99_ms - plain.p99_ms);
  assert.ok(figures.events_heard_meanwhile > 0, "ingest hears beside it");
});
