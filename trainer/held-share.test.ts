import assert from "node:assert/strict";
import { test } from "node:test";
import { heldShare } from "./held-share.ts";

const RULES = { validationShare: null, validationPredictionsMax: 8000 };

function logOf(events: number, sessions: number) {
  return { track: new Int32Array(events), sessionOrder: new Int32Array(sessions) };
}

test("a small log holds back more, as far as its predictions are needed", () => {
  assert.equal(heldShare(logOf(1_000_000, 100_000), RULES), 0.05);
  assert.equal(heldShare(logOf(110_000, 10_000), RULES), 0.08);
  assert.equal(heldShare(logOf(900, 100), RULES), 0.15);
});

test("a share that is given holds for a log of any size", () => {
  assert.equal(heldShare(logOf(900, 100), { ...RULES, validationShare: 0.01 }), 0.01);
});
