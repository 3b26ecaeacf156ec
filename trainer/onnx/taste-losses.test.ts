import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { multiply } from "./differentiable-ops.ts";
import { differentiate } from "./differentiate.ts";
import { encodeGraph, input, newGraph, output, scalar } from "./graph-builder.ts";
import { openGraph } from "./graph-session.ts";
import { cosineLoss, squaredDistanceLoss } from "./taste-losses.ts";

const LOSSES = { cosineLoss, squaredDistanceLoss } as const;
type LossName = keyof typeof LOSSES;

interface Rows {
  readonly tastes: Float32Array;
  readonly targets: Float32Array;
  readonly weights: Float32Array;
}

/** The loss, doubled so that a gradient comes in from behind it, and its gradient by the tastes. */
async function lossAndGradient(name: LossName, rows: Rows) {
  const size = rows.weights.length;
  const shape = [size, rows.tastes.length / size];
  const graph = newGraph(name);
  const tastes = input(graph, "tastes", shape);
  const targets = input(graph, "targets", shape);
  const weights = input(graph, "weights", [size, 1]);
  const loss = multiply(graph, LOSSES[name](graph, tastes, { targets, weights }), scalar(graph, 2));
  output(graph, "loss", loss);
  output(graph, "gradient", differentiate(graph, loss, [tastes])[0]!);
  const session = await openGraph(encodeGraph(graph));
  const found = new Float32Array(1);
  const gradient = new Float32Array(rows.tastes.length);
  await session.run(
    {
      tastes: { shape, data: rows.tastes },
      targets: { shape, data: rows.targets },
      weights: { shape: [size, 1], data: rows.weights },
    },
    { loss: { shape: [], data: found }, gradient: { shape, data: gradient } },
  );
  await session.close();
  return { loss: found[0]! / 2, gradient: gradient.map((slope) => slope / 2) };
}

test("a right angle to the target costs 1, the opposite 2, the same direction none", async () => {
  const rows = {
    tastes: Float32Array.of(3, 0, 0, -2, 5, 5),
    targets: Float32Array.of(0, 7, 0, 1, 1, 1),
    weights: Float32Array.of(1, 10, 100),
  };
  const { loss, gradient } = await lossAndGradient("cosineLoss", rows);
  assert.ok(Math.abs(loss - (1 + 20)) < 1e-4);
  // Turning (3, 0) towards (0, 7) gains 1/3; where both lie on one line, there is no slope.
  for (const [index, slope] of [0, -1 / 3, 0, 0, 0, 0].entries()) {
    assert.ok(Math.abs(gradient[index]! - slope) < 1e-4, `${index}: ${gradient[index]}`);
  }
});

test("a squared distance is that of Pythagoras, by its row's weight", async () => {
  const rows = {
    tastes: Float32Array.of(3, 0, 1, 1),
    targets: Float32Array.of(0, 4, 1, 2),
    weights: Float32Array.of(1, 0.5),
  };
  const { loss, gradient } = await lossAndGradient("squaredDistanceLoss", rows);
  assert.equal(loss, 25.5);
  assert.deepEqual([...gradient], [6, -8, 0, -1]);
});

test("a taste of zeros has a finite loss and gradient", async () => {
  const rows = {
    tastes: new Float32Array(2),
    targets: Float32Array.of(1, 0),
    weights: Float32Array.of(1),
  };
  for (const name of Object.keys(LOSSES) as LossName[]) {
    const { loss, gradient } = await lossAndGradient(name, rows);
    assert.equal(loss, 1);
    assert.ok(gradient.every(Number.isFinite));
  }
});

for (const name of Object.keys(LOSSES) as LossName[]) {
  test(`the gradient of ${name} is that of finite differences`, async () => {
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed, "losses");
      const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
      const rows = { tastes: numbers(12), targets: numbers(12), weights: numbers(3) };
      const direction = numbers(12);
      const at = async (distance: number) => {
        const tastes = rows.tastes.map((value, index) => value + distance * direction[index]!);
        return (await lossAndGradient(name, { ...rows, tastes })).loss;
      };
      const measured = ((await at(5e-3)) - (await at(-5e-3))) / 1e-2;
      const { gradient } = await lossAndGradient(name, rows);
      const expected = gradient.reduce((sum, slope, index) => sum + slope * direction[index]!, 0);
      assert.ok(Math.abs(measured - expected) < 3e-3, `seed ${seed}: ${measured}, ${expected}`);
    }
  });
}
