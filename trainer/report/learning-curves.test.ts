import assert from "node:assert/strict";
import { test } from "node:test";
import { learningCurves } from "./learning-curves.ts";

test("the trainer's own manifest gives a curve for each model", () => {
  const epochs = [{ loss: 7, validation: { recall20: 0.1, mrr20: 0.05 } }];
  assert.deepEqual(learningCurves({ models: { short: { epochs, best_epoch: 1 } } }), [
    { model: "short", losses: [7], recalls: [0.1], reciprocalRanks: [0.05], bestEpoch: 1 },
  ]);
});

test("whatever another trainer wrote is left out, not an error", () => {
  const strange = [{}, { models: null }, { models: { short: 3 } }, { models: { a: {} } }];
  for (const training of strange) assert.deepEqual(learningCurves(training), []);
  const broken = { models: { short: { epochs: [{ loss: "low" }, null] } } };
  assert.deepEqual(learningCurves(broken), []);
});
