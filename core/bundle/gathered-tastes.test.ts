import assert from "node:assert/strict";
import { test } from "node:test";
import { gatheredTastes, type TasteRows } from "./gathered-tastes.ts";

/** Models whose taste is twice the state; told of each call. */
function doubling(fails: (asked: readonly TasteRows[]) => boolean = () => false) {
  const calls: (readonly TasteRows[])[] = [];
  const taste = gatheredTastes(async (asked) => {
    calls.push(asked);
    if (fails(asked)) throw new Error("no memory");
    return asked.map(({ hidden }) => hidden.map((value) => 2 * value));
  });
  return { calls, taste };
}

test("all that one turn asks for is one call, and everybody gets their own rows", async () => {
  const { calls, taste } = doubling();
  const tastes = await Promise.all([
    taste("short", Float32Array.of(1, 2), 1),
    taste("long", Float32Array.of(3), 1),
    taste("short", Float32Array.of(4, 5, 6, 7), 2),
  ]);
  assert.deepEqual(tastes, [
    Float32Array.of(2, 4),
    Float32Array.of(6),
    Float32Array.of(8, 10, 12, 14),
  ]);
  assert.deepEqual(calls, [
    [
      { model: "short", rows: 3, hidden: Float32Array.of(1, 2, 4, 5, 6, 7) },
      { model: "long", rows: 1, hidden: Float32Array.of(3) },
    ],
  ]);
  assert.deepEqual(await taste("long", Float32Array.of(1), 1), Float32Array.of(2));
  assert.equal(calls.length, 2, "the next turn asks again");
});

test("a model that fails does not take the other one down", async () => {
  const { taste } = doubling((asked) => asked.some(({ model }) => model === "short"));
  const [short, long] = await Promise.allSettled([
    taste("short", Float32Array.of(1), 1),
    taste("long", Float32Array.of(2), 1),
  ]);
  assert.equal(short.status, "rejected");
  assert.deepEqual(long, { status: "fulfilled", value: Float32Array.of(4) });
});
