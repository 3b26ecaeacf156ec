import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { largeLog } from "./large-log.ts";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

test("a large log comes in order of time, and the same seed gives the same events", () => {
  const events = [...largeLog(2500, 1)].flat();
  assert.equal(events.length, 2500);
  const times = events.map(({ happenedAtMs }) => happenedAtMs);
  assert.deepEqual(
    times,
    times.toSorted((left, right) => left - right),
  );
  assert.deepEqual([...largeLog(2500, 1)].flat(), events);
  assert.notDeepEqual([...largeLog(2500, 2)].flat(), events);
});

test("a training's memory is told by part, of a log as large as was asked for", async () => {
  const asked = ["training-memory", "--events", "20000", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, ...asked]);
  const figures = JSON.parse(stdout);
  assert.ok(figures.events > 15_000 && figures.events <= 20_000);
  assert.ok(figures.bytes_per_event >= 14);
  const peaks = figures.phases.map((phase: { peak_rss_mb: number }) => phase.peak_rss_mb);
  assert.equal(peaks.length, 4);
  assert.ok(peaks.every((peak: number, index: number) => peak >= (peaks[index - 1] ?? 1)));
});

test("a size that is no count is refused", async () => {
  const run = promisify(execFile)(process.execPath, [RUN, "training-memory", "--events", "many"]);
  await assert.rejects(run, (error: { code?: unknown }) => error.code === 2);
});
