import assert from "node:assert/strict";
import { test } from "node:test";
import { rankCountsOf, rankFigures } from "./rank-counts.ts";

test("four predictions worked by hand give their recall and reciprocal rank", () => {
  const counts = rankCountsOf(Uint8Array.of(1, 4, 20, 0));
  assert.deepEqual(rankFigures(counts), {
    predictions: 4,
    "recall@1": 0.25,
    "recall@5": 0.5,
    "recall@20": 0.75,
    "mrr@20": (1 + 1 / 4 + 1 / 20) / 4,
  });
});

test("the order of predictions changes nothing", () => {
  const [one, other] = [rankCountsOf(Uint8Array.of(2, 0)), rankCountsOf(Uint8Array.of(0, 2))];
  assert.deepEqual(one, other);
  assert.equal(one.predictions, 2);
});

test("no predictions give zeros, not NaN", () => {
  assert.equal(rankFigures(rankCountsOf(new Uint8Array()))["mrr@20"], 0);
});
