import assert from "node:assert/strict";
import { test } from "node:test";
import { createReaderJudge } from "./judge-readers.ts";

const LIMITS = { heldMaxMs: 1_000, grownShareMax: 0.5, grownBytesMax: 10 };
const held = (transaction: number) => ({ process: 7, thread: "7f", transaction });

test("a snapshot is overdue once it is old and the file has grown for its sake", () => {
  const judge = createReaderJudge(LIMITS);
  const look = (nowMs: number, fileBytes: number) =>
    judge({ nowMs, fileBytes, held: [held(5)] }).map(({ heldMs, grownBytes }) => [
      heldMs,
      grownBytes,
    ]);
  assert.deepEqual(look(0, 100), []);
  assert.deepEqual(look(500, 300), [], "it is young");
  assert.deepEqual(look(2_000, 150), [], "the file is not much larger");
  assert.deepEqual(look(2_000, 151), [[2_000, 51]]);
});

test("a reader that goes on to a newer snapshot begins anew", () => {
  const judge = createReaderJudge(LIMITS);
  assert.deepEqual(judge({ nowMs: 0, fileBytes: 100, held: [held(5)] }), []);
  assert.deepEqual(judge({ nowMs: 2_000, fileBytes: 900, held: [held(6)] }), []);
  assert.deepEqual(judge({ nowMs: 2_500, fileBytes: 900, held: [] }), []);
  assert.deepEqual(judge({ nowMs: 9_000, fileBytes: 9_000, held: [held(6)] }), []);
});

test("a small file may grow by what the limit says in bytes", () => {
  const judge = createReaderJudge({ ...LIMITS, grownBytesMax: 1_000 });
  assert.deepEqual(judge({ nowMs: 0, fileBytes: 10, held: [held(5)] }), []);
  assert.deepEqual(judge({ nowMs: 2_000, fileBytes: 1_010, held: [held(5)] }), []);
  assert.equal(judge({ nowMs: 2_000, fileBytes: 1_011, held: [held(5)] }).length, 1);
});
