import assert from "node:assert/strict";
import { test } from "node:test";
import { reachFor } from "./search-reach.ts";

const near = { reach: 6, margin: 0.25 };
const deep = { reach: 4, margin: 0.125 };

test("short lists go as far as the best few need, long ones as far as the best hundred", () => {
  for (const k of [1, 20]) assert.deepEqual(reachFor({ ...near, deep }, k), near);
  for (const k of [100, 5_000]) assert.deepEqual(reachFor({ ...near, deep }, k), deep);
});

test("between both depths a search goes less and less far", () => {
  const between = [21, 40, 60, 99].map((k) => reachFor({ ...near, deep }, k));
  for (const [at, { reach, margin }] of [near, ...between].entries()) {
    const next = between[at] ?? deep;
    assert.ok(next.reach < reach && next.margin < margin, `step ${at}`);
  }
});

test("where only one reach is known it is that of all lists", () => {
  for (const k of [1, 50, 1_000]) assert.deepEqual(reachFor(near, k), near);
});
