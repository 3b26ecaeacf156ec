import assert from "node:assert/strict";
import { test } from "node:test";
import { addRanks, countRank, noRanks, rankFigures } from "./rank-counts.ts";

test("four predictions worked by hand give their recall and reciprocal rank", () => {
  const list = Array.from({ length: 20 }, (_, index) => `track-${index + 1}`);
  const targets = ["track-1", "track-4", "track-20", "elsewhere"];
  const counts = targets.reduce((sum, target) => countRank(sum, list, target), noRanks());
  assert.deepEqual(rankFigures(counts), {
    predictions: 4,
    "recall@1": 0.25,
    "recall@5": 0.5,
    "recall@20": 0.75,
    "mrr@20": (1 + 1 / 4 + 1 / 20) / 4,
  });
});

test("parts add up to the whole in any order", () => {
  const one = countRank(noRanks(), ["a", "b"], "b");
  const two = countRank(noRanks(), ["a", "b"], "c");
  assert.deepEqual(addRanks(one, two), addRanks(two, one));
  assert.equal(addRanks(one, two).predictions, 2);
});

test("no predictions give zeros, not NaN", () => {
  assert.equal(rankFigures(noRanks())["mrr@20"], 0);
});
