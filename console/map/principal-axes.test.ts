import assert from "node:assert/strict";
import { test } from "node:test";
import { pseudoRandom } from "../../core/bundle/pseudo-random.ts";
import { principalAxes, project } from "./principal-axes.ts";

const DIMENSION = 6;

test("the axes are the directions in which vectors differ most, and at right angles", () => {
  const random = pseudoRandom(7);
  const spread = [0.1, 5, 0.1, 0.2, 2, 0.1];
  const vectors = Float32Array.from({ length: 500 * DIMENSION }, (_, at) => {
    return 3 + random() * spread[at % DIMENSION]!;
  });
  const { axes, explained, mean } = principalAxes(vectors, DIMENSION);
  assert.ok(Math.abs(axes[0][1]!) > 0.99, "the first axis is the widest column");
  assert.ok(Math.abs(axes[1][4]!) > 0.99, "the second axis is the next one");
  const angle = axes[0].reduce((sum, value, at) => sum + value * axes[1][at]!, 0);
  assert.ok(Math.abs(angle) < 1e-6, "they are at right angles");
  assert.ok(explained[0] > explained[1] && explained[0] + explained[1] <= 1);
  const { x, y } = project({ axes, explained, mean }, mean);
  assert.deepEqual([Math.abs(x), Math.abs(y)], [0, 0], "the mean is the origin");
});

test("vectors that are all the same have places, all of them the origin", () => {
  const axes = principalAxes(new Float32Array(4 * DIMENSION).fill(1), DIMENSION);
  assert.deepEqual(axes.explained, [0, 0]);
  const { x, y } = project(axes, new Float32Array(DIMENSION).fill(1));
  assert.deepEqual([x, y], [0, 0]);
});
