import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset } from "../../core/domain/ids.ts";
import { staleSeconds } from "./staleness.ts";

const at = (next: number) => ({ epoch: 0, next: next as Offset, appendedAtMs: 10_000 });

test("state is stale by the age of its newest record while newer ones wait", () => {
  assert.equal(staleSeconds(at(5), 6 as Offset, 13_500), 3.5);
  assert.equal(staleSeconds(at(5), 6 as Offset, 9_000), 0, "a clock behind the log's");
});

test("state is not stale where nothing waits, however long ago the last event was", () => {
  assert.equal(staleSeconds(at(6), 6 as Offset, 99_000), 0);
  assert.equal(staleSeconds(undefined, 6 as Offset, 99_000), 0);
});
