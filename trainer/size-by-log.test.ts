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
    [64, 512, 1024],
  );
  assert.deepEqual(
    sized.map(({ epochs }) => epochs),
    [12, 14, 9],
  );
  assert.deepEqual(
    sized.map(({ hidden, dimension, tasteDropout }) => [hidden, dimension, tasteDropout]),
    [
      [100, 100, 0],
      [100, 100, 0],
      [192, 192, 0.5],
    ],
  );
});

test("the long model of a small log with skips goes back further, and drops more", () => {
  const logs = [
    { events: 50_000, skips: true },
    { events: 50_000, skips: false },
    { events: 1_000_000, skips: true },
  ];
  const sized = logs.map((log) => {
    const sized = sizeByLog(TRAINING_DEFAULTS.long, { ...log, tracks: 2000 });
    return [sized.steps, sized.lanes, sized.inputDropout, sized.tasteDropout];
  });
  assert.deepEqual(sized, [
    [8, 16, 0.5, 0],
    [1, 128, 0.3, 0.3],
    [1, 256, 0.3, 0.3],
  ]);
});

test("what a configuration says stays", () => {
  const sizes = {
    hidden: 6,
    dimension: 7,
    inputDropout: 0.4,
    tasteDropout: 0.1,
    lanes: 3,
    steps: 2,
  };
  const config = { ...TRAINING_DEFAULTS.short, ...sizes, epochs: 4, negatives: 5 };
  assert.deepEqual(sizeByLog(config, { events: 1_000_000, tracks: 60_000 }), config);
});
