import assert from "node:assert/strict";
import { test } from "node:test";
import { TRAINING_DEFAULTS } from "./config.ts";
import { sizeByLog } from "./size-by-log.ts";

test("what a configuration leaves open grows with the log", () => {
  const sized = [
    { events: 900, tracks: 40 },
    { events: 50_000, tracks: 2000 },
    { events: 1_000_000, tracks: 60_000 },
  ].map((log) => sizeByLog(TRAINING_DEFAULTS.short, log));
  assert.deepEqual(
    sized.map(({ lanes }) => lanes),
    [32, 128, 256],
  );
  assert.deepEqual(
    sized.map(({ negatives }) => negatives),
    [64, 512, 2048],
  );
  assert.deepEqual(
    sized.map(({ epochs }) => epochs),
    [12, 6, 7],
  );
});

test("what a configuration says stays", () => {
  const config = { ...TRAINING_DEFAULTS.short, lanes: 3, epochs: 4, negatives: 5 };
  assert.deepEqual(sizeByLog(config, { events: 1_000_000, tracks: 60_000 }), config);
});
