import assert from "node:assert/strict";
import { test } from "node:test";
import { gatherRows, rowUpdater, type TrackTable } from "./track-table.ts";

test("a track's gradients in one batch are summed before Adagrad's step, as in a dense one", () => {
  const table = smallTable();
  const update = rowUpdater(table);
  update(
    {
      tracks: Int32Array.of(2, 0, -1, 2),
      vectors: Float32Array.of(1, 2, 10, 20, 99, 99, 2, 2),
      bias: Float32Array.of(1, 2, 99, 0.5),
    },
    0.5,
  );
  const stepOf = (gradient: number) => (0.5 * gradient) / Math.sqrt(gradient * gradient + 1e-6);
  close(table.vectors, [0 - stepOf(10), 1 - stepOf(20), 2, 3, 4 - stepOf(3), 5 - stepOf(4)]);
  close(table.vectorSquares, [100, 400, 0, 0, 9, 16]);
  close(table.bias, [0 - stepOf(2), 0, 0 - stepOf(1.5)]);
  close(table.biasSquares, [4, 0, 2.25]);
});

test("a second step divides by the root of all squares so far", () => {
  const table = smallTable();
  const update = rowUpdater(table);
  const rows = () => ({
    tracks: Int32Array.of(1),
    vectors: Float32Array.of(3, 0),
    bias: Float32Array.of(0),
  });
  update(rows(), 1);
  update(rows(), 1);
  close(table.vectors, [0, 1, 2 - 1 - 3 / Math.sqrt(18), 3, 4, 5]);
});

test("a track that is not known has a vector of zeros", () => {
  const rows = new Float32Array(4).fill(9);
  gatherRows(smallTable(), Int32Array.of(-1, 2), rows);
  assert.deepEqual([...rows], [0, 0, 4, 5]);
});

function smallTable(): TrackTable {
  return {
    count: 3,
    dimension: 2,
    vectors: Float32Array.of(0, 1, 2, 3, 4, 5),
    vectorSquares: new Float32Array(6),
    bias: new Float32Array(3),
    biasSquares: new Float32Array(3),
  };
}

function close(actual: Float32Array, expected: readonly number[]): void {
  for (const [index, value] of expected.entries()) {
    assert.ok(Math.abs(actual[index]! - value) < 1e-5, `${index}: ${actual[index]}, not ${value}`);
  }
}
