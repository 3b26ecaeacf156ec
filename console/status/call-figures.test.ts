import assert from "node:assert/strict";
import { test } from "node:test";
import { createCallFigures } from "./call-figures.ts";

test("quantiles are within 4% of the exact ones, and errors are told by status", () => {
  const figures = createCallFigures(() => 0);
  for (let ms = 1; ms <= 1000; ms++) {
    const code = ms % 100 === 0 ? "UNAVAILABLE" : "OK";
    figures.onCall("NextTracks")({ code, seconds: ms / 1000 });
  }
  const [next] = figures.methods();
  assert.equal(next!.calls, 1000);
  assert.ok(Math.abs(next!.p50Ms / 500 - 1) < 0.04, `${next!.p50Ms}`);
  assert.ok(Math.abs(next!.p99Ms / 990 - 1) < 0.04, `${next!.p99Ms}`);
  assert.deepEqual(next!.errors, [{ status: "UNAVAILABLE", calls: 10 }]);
});

test("what is older than five minutes is forgotten", () => {
  let nowMs = 0;
  const figures = createCallFigures(() => nowMs);
  figures.onRecommended({ rung: "popularity" });
  figures.onCall("NextTracks")({ code: "OK", seconds: 0.001 });
  nowMs = 4 * 60_000;
  figures.onRecommended({ rung: "blend" });
  assert.equal(figures.rungs().length, 2);
  nowMs = 6 * 60_000;
  assert.equal(figures.rungs().length, 1);
  assert.deepEqual(figures.methods(), []);
});
