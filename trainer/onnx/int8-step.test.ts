import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import type { Wave } from "../../core/bundle/step-runner.ts";
import { seededRandom } from "../random.ts";
import { int8StepGraph } from "./int8-step.ts";
import type { ModelSizes } from "./model-sizes.ts";
import { stepGraph, tasteGraph } from "./serving-graphs.ts";

const ROWS = 150;
const SIZES: readonly ModelSizes[] = [
  { hidden: 48, dimension: 32, featureWidth: 10 },
  { hidden: 17, dimension: 33, featureWidth: 0 },
];

for (const sizes of SIZES) {
  const name = `${sizes.dimension} → ${sizes.hidden}`;

  test(`an int8 step, ${name}, gives a row the same bits in any company`, async () => {
    const { runner, wave } = await setUp(sizes, "int8");
    const whole = await runner.step(wave);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(ROWS - 1), { minLength: 1, maxLength: ROWS, size: "max" }),
        async (rows) => {
          const found = await runner.step(chosen(wave, rows));
          assert.deepEqual(found, rowsOf(whole, rows, sizes.hidden));
        },
      ),
      { numRuns: 20 },
    );
    await runner.close();
  });

  test(`an int8 step, ${name}, stays near the float32 step`, async () => {
    const rounded = await setUp(sizes, "int8");
    const exact = await setUp(sizes, "float32");
    const found = await rounded.runner.step(rounded.wave);
    const expected = await exact.runner.step(exact.wave);
    const squares = expected.map((value, at) => (value - found[at]!) ** 2);
    const error = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    assert.ok(error > 0 && error < 0.02, `the error is ${error}`);
    await rounded.runner.close();
    await exact.runner.close();
  });
}

test("an unknown track, all zeros, is exact", async () => {
  const [sizes] = SIZES as [ModelSizes];
  const zeros = { track: new Float32Array(ROWS * sizes.dimension) };
  const still = { hidden: new Float32Array(ROWS * sizes.hidden) };
  const rounded = await setUp(sizes, "int8");
  const exact = await setUp(sizes, "float32");
  const found = await rounded.runner.step({ ...rounded.wave, ...zeros, ...still });
  const expected = await exact.runner.step({ ...exact.wave, ...zeros, ...still });
  for (const [at, value] of expected.entries()) {
    assert.ok(Math.abs(value - found[at]!) < 1e-6);
  }
  await rounded.runner.close();
  await exact.runner.close();
});

test("tracks beyond the range count as if they stood at its end", async () => {
  const [sizes] = SIZES as [ModelSizes];
  const { runner, wave } = await setUp(sizes, "int8");
  const far = await runner.step({ ...wave, track: wave.track.map((value) => 50 * value) });
  const atEnd = await runner.step({ ...wave, track: wave.track.map(Math.sign) });
  assert.deepEqual(far, atEnd);
  await runner.close();
});

/** Opened as a server would; tracks lie within ±1, and none of their numbers is nearly 0. */
async function setUp(sizes: ModelSizes, kind: "int8" | "float32") {
  const { hidden, dimension, featureWidth } = sizes;
  const random = seededRandom(3, `${hidden} units`);
  const numbers = (length: number, scale = 1) =>
    Float32Array.from({ length }, () => scale * (2 * random() - 1));
  const scale = 2 / Math.sqrt(hidden);
  const weights = new Map([
    ["track", numbers(dimension * 3 * hidden, scale)],
    ["feature", numbers(featureWidth * 3 * hidden, scale)],
    ["hidden", numbers(hidden * 3 * hidden, scale)],
    ["input_bias", numbers(3 * hidden, 0.1)],
    ["hidden_bias", numbers(3 * hidden, 0.1)],
    ["projection", numbers(hidden * dimension)],
    ["taste_bias", numbers(dimension)],
  ]);
  const step = kind === "int8" ? int8StepGraph(sizes, weights, 1) : stepGraph(sizes, weights);
  const taste = tasteGraph(sizes, weights);
  const runner = await createStepRunner({ models: { short: { ...sizes, step, taste } } });
  const wave: Wave = {
    model: "short",
    rows: ROWS,
    track: numbers(ROWS * dimension).map((value) => value + 0.02 * Math.sign(value)),
    features: numbers(ROWS * featureWidth).map(Math.abs),
    hidden: numbers(ROWS * hidden),
  };
  return { runner, wave };
}

function chosen(wave: Wave, rows: readonly number[]): Wave {
  const pick = (values: Float32Array) => rowsOf(values, rows, values.length / ROWS);
  const { track, features, hidden } = wave;
  return {
    ...{ ...wave, rows: rows.length },
    ...{ track: pick(track), features: pick(features), hidden: pick(hidden) },
  };
}

function rowsOf(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  return Float32Array.from(
    rows.flatMap((row) => Array.from(values.subarray(row * width, (row + 1) * width))),
  );
}
