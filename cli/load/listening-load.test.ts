import assert from "node:assert/strict";
import { test } from "node:test";
import { listeningEvent } from "../../test/support/listening-records.ts";
import { stageOfLog } from "./listening-load.ts";

test("a log that is played ten times as fast is due at a tenth of its times", () => {
  const events = [0, 500, 20_000, 40_000].map((ms) => listeningEvent({ happenedAtMs: 1e12 + ms }));
  const { duesMs, rate } = stageOfLog(events, 10, 3);
  assert.deepEqual([duesMs, rate], [[0, 50, 2000], 1]);
  assert.throws(() => stageOfLog(events, 0, 3), /--speed/);
});
