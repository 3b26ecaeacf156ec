import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyOf, openCatalogueScorer, rankOf } from "./score-catalogue.ts";

test("of equal scores the lower index comes first", () => {
  const scores = Float32Array.of(1, 3, 2, 3, 2);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((answer) => rankOf(scores, answer)),
    [5, 1, 3, 2, 4],
  );
});

test("a score is taste times vector plus bias", async () => {
  const tracks = {
    count: 3,
    dimension: 2,
    vectors: Float32Array.of(1, 0, 0, 1, 2, 3),
    bias: Float32Array.of(0, 10, 0.5),
  };
  const scorer = await openCatalogueScorer(tracks, 2);
  assert.deepEqual([...(await scorer.score(Float32Array.of(1, 2)))], [1, 12, 8.5]);
  const two = await scorer.score(Float32Array.of(1, 2, -1, 0));
  assert.deepEqual([...two], [1, 12, 8.5, -1, 10, -1.5]);
  await scorer.close();
});

test("recall and mean reciprocal rank look at the first twenty", () => {
  const { predictions, recall1, recall20, mrr20 } = accuracyOf(Int32Array.of(1, 20, 21, 4));
  assert.equal(predictions, 4);
  assert.equal(recall1, 0.25);
  assert.equal(recall20, 0.75);
  assert.ok(Math.abs(mrr20 - (1 + 1 / 20 + 1 / 4) / 4) < 1e-12);
  assert.deepEqual(accuracyOf(new Int32Array(0)), {
    predictions: 0,
    recall1: 0,
    recall20: 0,
    mrr20: 0,
  });
});
