import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

test("under twice its load a scorer answers, and it is told how much and how whole", async (t) => {
  const args = [RUN, "overload", "--quick", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { peak_rps: peak, goodput_of_peak: goodput, ...figures } = JSON.parse(stdout);
  assert.ok(peak > 0);
  for (const [name, times] of [
    ["at_half", 0.5],
    ["at_peak", 1],
    ["at_twice", 2],
  ] as const) {
    const stage = figures[name];
    assert.equal(stage.asked_per_second, times * peak);
    assert.ok(stage.answered_per_second > 0 && stage.p50_ms <= stage.p99_ms);
    assert.ok(stage.whole_lists_share >= 0 && stage.whole_lists_share <= 1);
  }
  assert.equal(goodput, figures.at_twice.answered_per_second / peak);
  const whole = (100 * figures.at_twice.whole_lists_share).toFixed(0);
  t.diagnostic(`${(100 * goodput).toFixed(0)}% of the peak, ${whole}% of the lists whole`);
});
