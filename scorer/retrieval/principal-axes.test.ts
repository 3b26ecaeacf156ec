import assert from "node:assert/strict";
import { test } from "node:test";
import { principalAxes } from "./principal-axes.ts";

test("axes are orthonormal, and the first hold most of the vectors' length", () => {
  const dimension = 24;
  // Three directions with much, all others with little, by a rule that mixes the columns.
  const vectors = Float32Array.from({ length: 500 * dimension }, (_, at) => {
    const [row, column] = [Math.floor(at / dimension), at % dimension];
    const much = [3, 2, 1].map((size, axis) => size * Math.sin(row * (axis + 1.3) + axis));
    const mixed = much.map((value, axis) => value * Math.cos(column * (axis + 0.7)));
    return mixed.reduce((sum, value) => sum + value, 0) + 0.05 * Math.sin(row * 7.1 + column * 3.7);
  });
  const found = principalAxes(vectors, dimension);
  assert.ok(found !== undefined && found.skew < 1e-4);
  assert.equal(found.axes.length, dimension * dimension);
  const [first, second, third] = found.shares;
  assert.ok(first! >= second! && second! >= third!);
  assert.ok(first! + second! + third! > 0.9);
});

test("vectors that span fewer dimensions, or none, give whole axes or none", () => {
  const line = Float32Array.from({ length: 20 * 5 }, (_, at) => (at % 5 === 2 ? 1 + at : 0));
  const found = principalAxes(line, 5);
  assert.ok(found !== undefined && found.skew < 1e-4);
  assert.ok(Math.abs(found.axes[2]!) > 0.999, "the first axis is the line");
  assert.equal(principalAxes(new Float32Array(20), 5), undefined);
});
