import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { openGraph } from "./graph-session.ts";
import { stepGraph, tasteGraph } from "./serving-graphs.ts";

for (const featureWidth of [0, 3]) {
  test(`a served step with ${featureWidth} features is a plain GRU's`, async () => {
    const sizes = { hidden: 5, dimension: 4, featureWidth };
    const random = seededRandom(7, `${featureWidth} features`);
    const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
    const weights = {
      track: numbers(4 * 15),
      feature: numbers(featureWidth * 15),
      hidden: numbers(5 * 15),
      inputBias: numbers(15),
      hiddenBias: numbers(15),
    };
    const dense = new Map([
      ["track", weights.track],
      ["feature", weights.feature],
      ["hidden", weights.hidden],
      ["input_bias", weights.inputBias],
      ["hidden_bias", weights.hiddenBias],
    ]);
    const session = await openGraph(stepGraph(sizes, dense));
    for (const rows of [1, 3]) {
      const track = numbers(rows * 4);
      const features = numbers(rows * featureWidth);
      const hidden = numbers(rows * 5);
      const next = { shape: [rows, 5], data: new Float32Array(rows * 5) };
      await session.run(
        {
          track: { shape: [rows, 4], data: track },
          hidden: { shape: [rows, 5], data: hidden },
          ...(featureWidth > 0 && { features: { shape: [rows, featureWidth], data: features } }),
        },
        { hidden_next: next },
      );
      for (let row = 0; row < rows; row++) {
        const inputs = [
          ...track.subarray(row * 4, row * 4 + 4),
          ...features.subarray(row * featureWidth, (row + 1) * featureWidth),
        ];
        const onInputs = [...weights.track, ...weights.feature];
        const before = [...hidden.subarray(row * 5, row * 5 + 5)];
        const expected = plainStep(inputs, before, { ...weights, onInputs });
        for (const [index, value] of expected.entries()) {
          assert.ok(Math.abs(value - next.data[row * 5 + index]!) < 1e-5);
        }
      }
    }
    await session.close();
  });
}

/** The equations of a GRU, written out. */
function plainStep(
  inputs: readonly number[],
  before: readonly number[],
  weights: {
    readonly onInputs: readonly number[];
    readonly hidden: Float32Array;
    readonly inputBias: Float32Array;
    readonly hiddenBias: Float32Array;
  },
): number[] {
  const width = before.length;
  const gate = (values: readonly number[], matrix: ArrayLike<number>, column: number) =>
    values.reduce((sum, value, row) => sum + value * matrix[row * 3 * width + column]!, 0);
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  return before.map((old, unit) => {
    const [x, h] = [0, 1, 2].reduce<[number[], number[]]>(
      ([fromInputs, fromHidden], part) => {
        const column = part * width + unit;
        const input = gate(inputs, weights.onInputs, column) + weights.inputBias[column]!;
        const hidden = gate(before, weights.hidden, column) + weights.hiddenBias[column]!;
        return [
          [...fromInputs, input],
          [...fromHidden, hidden],
        ];
      },
      [[], []],
    );
    const reset = sigmoid(x[0]! + h[0]!);
    const update = sigmoid(x[1]! + h[1]!);
    const fresh = Math.tanh(x[2]! + reset * h[2]!);
    return fresh + update * (old - fresh);
  });
}

test("a taste is the hidden state, or its projection", async () => {
  const hidden = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
  const same = { shape: [2, 2], data: new Float32Array(4) };
  const bare = await openGraph(tasteGraph({ hidden: 2, dimension: 2, featureWidth: 0 }, new Map()));
  await bare.run({ hidden }, { taste: same });
  await bare.close();
  assert.deepEqual([...same.data], [1, 2, 3, 4]);

  const projected = { shape: [2, 1], data: new Float32Array(2) };
  const weights = new Map([
    ["projection", Float32Array.of(10, 1)],
    ["taste_bias", Float32Array.of(0.5)],
  ]);
  const sizes = { hidden: 2, dimension: 1, featureWidth: 0 };
  const projecting = await openGraph(tasteGraph(sizes, weights));
  await projecting.run({ hidden }, { taste: projected });
  await projecting.close();
  assert.deepEqual([...projected.data], [12.5, 34.5]);
});
