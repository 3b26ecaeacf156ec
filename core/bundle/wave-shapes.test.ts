import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../domain/failure.ts";
import { type Graph, provenShapes, runPadded } from "./wave-shapes.ts";

test("every shape is used where rows keep their bits in all of them", async () => {
  assert.deepEqual(await provenShapes(doubling()), [1, 4, 8, 16, 24, 32, 64, 128]);
});

test("a shape in which a kernel rounds otherwise is left out", async () => {
  const rounding = doubling((value, { shape }) => (shape === 64 ? value * (1 + 2 ** -22) : value));
  assert.deepEqual(await provenShapes(rounding), [1, 4, 8, 16, 24, 32, 128]);
});

test("a graph in which a row's place matters is refused", async () => {
  const placed = doubling((value, { row }) => (row === 31 ? value * (1 + 2 ** -22) : value));
  await assert.rejects(provenShapes(placed), refusalOf("models.short.step"));
});

test("a graph in which the neighbours matter is refused", async () => {
  const mixed: Graph = {
    ...doubling(),
    run: async ([rows]) => rows!.map((value) => value + rows![0]!),
  };
  await assert.rejects(provenShapes(mixed), refusalOf("models.short.step"));
});

test("missing rows are zeros and are not returned", async () => {
  const seen: { shape: number; rows: number[] }[] = [];
  const watched: Graph = {
    ...doubling(),
    run: async ([rows], shape) => {
      seen.push({ shape, rows: Array.from(rows!) });
      return rows!;
    },
  };
  const found = await runPadded(watched, [2, 4], [Float32Array.of(1, 2, 3, 4, 5)], 5);
  assert.deepEqual(Array.from(found), [1, 2, 3, 4, 5]);
  assert.deepEqual(seen, [
    { shape: 4, rows: [1, 2, 3, 4] },
    { shape: 2, rows: [5, 0] },
  ]);
});

/** A graph of rows of one number, doubled and then bent as a kernel might. */
function doubling(
  bend: (value: number, place: { shape: number; row: number }) => number = (value) => value,
): Graph {
  return {
    field: "models.short.step",
    inputWidths: [1],
    outputWidth: 1,
    run: async ([rows], shape) => rows!.map((value, row) => bend(2 * value, { shape, row })),
  };
}

function refusalOf(field: string) {
  return (error: unknown) =>
    error instanceof Failure && error.code === "bad_bundle" && error.field === field;
}
