import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionLog } from "../../test/support/session-logs.ts";
import type { Baseline, BaselineRecipe } from "./baseline.ts";
import { BASELINES } from "./baselines.ts";
import {
  associationRules,
  itemKnn,
  markov,
  repeatingRules,
  sequentialRules,
} from "./co-occurrence.ts";
import { popularity, sessionPopularity } from "./popularity.ts";
import { stan } from "./stan.ts";
import { vmisKnn } from "./vmis-knn.ts";
import { vsknn } from "./vsknn.ts";

/** Plays: a 4, b 3, c 3, d 2, e 1. */
const LOG = sessionLog([["a", "b", "c"], ["a", "c", "a"], ["b", "d"], ["b", "c", "d", "a"], ["e"]]);

test("popularity lists the most played, ties by first appearance", () => {
  assert.deepEqual(listed(popularity, []), ["a", "b", "c", "d", "e"]);
});

test("session popularity lists what this session played, then what everyone did", () => {
  assert.deepEqual(listed(sessionPopularity, ["d", "c", "d"]), ["d", "c", "a", "b", "e"]);
});

test("Markov counts what came right after the last track", () => {
  // After c: a once, d once; after a: b once, c once.
  assert.deepEqual(listed(markov, ["c"]), ["a", "d", "b", "c", "e"]);
  assert.deepEqual(listed(markov, ["b", "a"]), ["b", "c", "a", "d", "e"]);
});

test("association rules count what stood in one session with the last track", () => {
  // With d: a once, b twice, c once.
  assert.deepEqual(listed(associationRules, ["d"]), ["b", "a", "c", "d", "e"]);
});

test("sequential rules count less what came later, and repeats only where they may", () => {
  // After a: b 1, c ¼ + 1, and itself ¼.
  assert.deepEqual(listed(sequentialRules, ["a"]), ["c", "b", "a", "d", "e"]);
  // After b: c 1 + 1, d 1 + ¼, a 1/9.
  assert.deepEqual(listed(sequentialRules, ["b"]), ["c", "d", "a", "b", "e"]);
  const repeats = sessionLog([["a", "a", "a", "b"]]);
  assert.deepEqual(listed(repeatingRules, ["a"], repeats), ["a", "b"]);
  assert.deepEqual(listed(sequentialRules, ["a"], repeats), ["b", "a"]);
});

test("item kNN divides by both tracks' plays", () => {
  // From c: a stands by it three times (once for each c), 3 / √(23 · 24); b 2 / √(23 · 23).
  assert.deepEqual(listed(itemKnn, ["c"]), ["a", "b", "d", "c", "e"]);
});

test("V-SKNN lets similar sessions vote, worked by hand", () => {
  // Heard a, b: weights a ¼, b 1. Sessions: [abc] 5/4, [aca] ¼ / 2², [bd] 1, [bcda] 5/4.
  // b: 5/4 + 1 + 5/4; a: 5/4 + 5/4 + 1/16; c the same; d: 1 + 5/4.
  assert.deepEqual(listed(vsknn, ["a", "b"]), ["b", "a", "c", "d", "e"]);
  assert.deepEqual(listed(vsknn, ["e"]), ["e", "a", "b", "c", "d"]);
});

test("STAN prefers late sessions and tracks near the shared one", () => {
  const log = sessionLog([
    ["x", "old", "older"],
    ["x", "new", "far"],
  ]);
  // Shared is x; one place off costs e^(−1/20.4), two places twice that, a session 1/24,000.
  assert.deepEqual(listed(stan, ["x"], log), ["x", "new", "old", "far", "older"]);
});

test("VMIS-kNN keeps the last track out, and prefers rare ones", () => {
  const log = sessionLog([["x", "often", "rare"], ["often"], ["often"]]);
  assert.deepEqual(listed(vmisKnn, ["x"], log), ["rare", "often"]);
});

for (const recipe of BASELINES) {
  test(`${recipe.name} forgets a session, bears unknown tracks, and lists no track twice`, () => {
    const fresh = recipe.fit(LOG);
    const used = recipe.fit(LOG);
    for (const track of [-1, 3, 0, 0, -1]) used.hear(track);
    assert.equal(new Set(used.rank(5)).size, used.rank(5).length);
    used.startSession();
    fresh.startSession();
    assert.deepEqual(used.rank(3), fresh.rank(3));
    for (const one of [used, fresh]) one.hear(2);
    assert.deepEqual(used.rank(3), fresh.rank(3));
    assert.deepEqual(used.rank(3), used.rank(9).subarray(0, 3));
  });
}

function listed(recipe: BaselineRecipe, heard: readonly string[], log = LOG): string[] {
  const baseline: Baseline = recipe.fit(log);
  baseline.startSession();
  const names: readonly string[] = log.trackIds;
  for (const track of heard) baseline.hear(names.indexOf(track));
  return Array.from(baseline.rank(names.length), (track) => names[track]!);
}
