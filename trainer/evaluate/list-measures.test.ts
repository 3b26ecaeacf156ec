import assert from "node:assert/strict";
import { test } from "node:test";
import {
  averagePopularity,
  catalogueCoverage,
  cosineDiversity,
  giniOfExposure,
  intraListDiversity,
  novelty,
  serendipity,
} from "./list-measures.ts";

const playShare = (track: number) => [0.5, 0.25, 0.125, 0.125][track]!;

test("coverage is the share of tracks that any list shows", () => {
  assert.equal(catalogueCoverage([3, 0, 1, 0]), 0.5);
  assert.equal(catalogueCoverage([]), 0);
});

test("Gini is 0 for even exposure and (n − 1) / n where one track has it all", () => {
  assert.equal(giniOfExposure([2, 2, 2, 2]), 0);
  assert.equal(giniOfExposure([0, 8, 0, 0]), 0.75);
  // Rising 1, 3: (−1 · 1 + 1 · 3) / (2 · 4).
  assert.equal(giniOfExposure([3, 1]), 0.25);
});

test("novelty and popularity are means over what is shown", () => {
  assert.equal(novelty([1, 1, 0, 2], playShare), (1 + 2 + 3 + 3) / 4);
  assert.equal(averagePopularity([1, 1, 0, 2], playShare), (0.5 + 0.25 + 0.25) / 4);
  assert.equal(novelty([0, 0, 0, 0], playShare), 0);
});

test("diversity is the mean distance of all pairs", () => {
  assert.equal(
    intraListDiversity([1, 2, 4], (one, other) => Math.abs(one - other)),
    2,
  );
  assert.equal(
    intraListDiversity([1], () => 9),
    0,
  );
});

test("cosine diversity in one pass equals the mean over pairs", () => {
  const vectors = Float32Array.of(3, 4, -1, 2, 0.5, 0.25, 2, 0);
  const row = (track: number) => vectors.subarray(2 * track, 2 * track + 2);
  const distance = (one: number, other: number) => {
    const [a, b] = [row(one), row(other)];
    const dot = a[0]! * b[0]! + a[1]! * b[1]!;
    return 1 - dot / (Math.hypot(...a) * Math.hypot(...b));
  };
  const expected = intraListDiversity([0, 1, 2, 3], distance);
  assert.ok(Math.abs(cosineDiversity([0, 1, 2, 3], vectors, 2) - expected) < 1e-12);
});

test("serendipity counts hits that popularity would not have given", () => {
  const judged = { relevant: new Set(["a", "b"]), primitive: new Set(["b"]) };
  assert.equal(serendipity(["a", "b", "c", "d"], judged), 0.25);
  assert.equal(serendipity([], judged), 0);
});
