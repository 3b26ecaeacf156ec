import assert from "node:assert/strict";
import { test } from "node:test";
import { newLatencies } from "./latencies.ts";
import { loadFigures, loadPage, loadTable } from "./load-report.ts";
import type { StageResult } from "./run-stage.ts";

function result(rate: number, ms: number, change: Partial<StageResult> = {}): StageResult {
  const [latencies, sentLatencies] = [newLatencies(), newLatencies()];
  for (let job = 0; job < 100; job++) {
    latencies.add(ms);
    sentLatencies.add(ms / 2);
  }
  const counts = { failed: 0, dropped: 0, reached: rate };
  return { rate, seconds: 1, latencies, sentLatencies, ...counts, ...change };
}

test("the knee is the last rate before one that is not reached, far slower or fails", () => {
  const kept = [result(100, 2), result(200, 3)];
  for (const bad of [
    result(300, 3, { reached: 250 }),
    result(300, 40),
    result(300, 3, { failed: 1 }),
  ]) {
    assert.equal(loadFigures([...kept, bad], undefined).knee, 200);
  }
  assert.equal(loadFigures(kept, undefined).knee, null);
});

test("an objective is met where every stage meets it and nothing failed or was dropped", () => {
  const objective = { text: "p99=25ms", percentile: 99, ms: 25 };
  const met = (...results: StageResult[]) => loadFigures(results, objective).objective?.met;
  assert.equal(met(result(100, 2), result(200, 24)), true);
  assert.equal(met(result(100, 2), result(200, 26)), false);
  assert.equal(met(result(100, 2, { failed: 1 })), false);
  assert.equal(met(result(100, 2, { dropped: 1 })), false);
});

test("table and page show every stage and ask no other host", () => {
  const objective = { text: "p99=25ms", percentile: 99, ms: 25 };
  const figures = loadFigures([result(100, 2), result(200, 3), result(300, 90)], objective);
  for (const shown of [loadTable(figures), loadPage(figures)]) {
    for (const part of ["kept up to 200 a second", "p99=25ms: missed", "90.0", "45.0"]) {
      assert.ok(shown.includes(part), part);
    }
  }
  assert.doesNotMatch(loadPage(figures), /https?:/);
});
