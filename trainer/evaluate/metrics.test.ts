import assert from "node:assert/strict";
import { test } from "node:test";
import {
  averagePrecision,
  f1,
  hitRate,
  type Judged,
  ndcg,
  precision,
  recall,
  reciprocalRank,
} from "./metrics.ts";

/** Relevant items stand at ranks 1, 3 and 6 of the list; a fourth is not in it. */
const six: Judged<string> = {
  list: ["a", "x", "b", "y", "z", "c"],
  relevant: new Set(["a", "b", "c", "d"]),
  k: 5,
};

test("precision, recall and F1 of a list worked by hand", () => {
  assert.equal(precision(six), 2 / 5);
  assert.equal(recall(six), 2 / 4);
  close(f1(six), (2 * 0.4 * 0.5) / 0.9);
  assert.equal(precision({ ...six, k: 6 }), 3 / 6);
});

test("a short list has the precision of the places that it leaves empty", () => {
  assert.equal(precision({ list: ["a"], relevant: new Set(["a"]), k: 5 }), 0.2);
});

test("hit rate and reciprocal rank look at the first relevant item", () => {
  assert.equal(hitRate(six), 1);
  assert.equal(reciprocalRank(six), 1);
  const late = { ...six, list: ["x", "y", "b"] };
  assert.equal(reciprocalRank(late), 1 / 3);
  assert.equal(reciprocalRank({ ...late, k: 2 }), 0);
  assert.equal(hitRate({ ...late, k: 2 }), 0);
});

test("average precision of a list worked by hand", () => {
  close(averagePrecision(six), (1 / 1 + 2 / 3) / 4);
  close(averagePrecision({ ...six, k: 6 }), (1 / 1 + 2 / 3 + 3 / 6) / 4);
  close(averagePrecision({ ...six, k: 1 }), 1);
});

test("NDCG of a list worked by hand", () => {
  const best = 1 + 1 / Math.log2(3) + 1 / 2 + 1 / Math.log2(5);
  close(ndcg(six), (1 + 1 / 2) / best);
  close(ndcg({ list: ["a", "b"], relevant: new Set(["a", "b"]), k: 2 }), 1);
});

test("with one relevant item recall is hit rate, and average precision is reciprocal rank", () => {
  for (const rank of [1, 2, 7, 21]) {
    const list = Array.from({ length: 30 }, (_, index) => index + 1);
    const judged = { list, relevant: new Set([rank]), k: 20 };
    assert.equal(recall(judged), hitRate(judged));
    assert.equal(averagePrecision(judged), reciprocalRank(judged));
    close(ndcg(judged), rank > 20 ? 0 : 1 / Math.log2(rank + 1));
  }
});

test("where nothing is relevant every measure is 0", () => {
  const nothing = { list: ["a"], relevant: new Set<string>(), k: 3 };
  for (const measure of [precision, recall, f1, hitRate, reciprocalRank, averagePrecision, ndcg]) {
    assert.equal(measure(nothing), 0);
  }
});

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}
