import assert from "node:assert/strict";
import { test } from "node:test";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { type ModelWeights, startingParameters } from "../model-parameters.ts";
import { seededRandom } from "../random.ts";
import { servedGraphs } from "../served-graphs.ts";
import { pruneUnits, pruneWeights } from "./prune.ts";

const HIDDEN = 8;
const SIZES = { hidden: HIDDEN, dimension: HIDDEN, featureWidth: 3 };
const ROWS = 6;

function randomWeights(dimension: number): ModelWeights {
  return startingParameters({ ...SIZES, dimension }, 4, seededRandom(4, "pruned"));
}

/** Silences some units: nothing comes into them and nothing goes out. */
function silence(weights: ModelWeights, units: readonly number[]): ModelWeights {
  for (const [name, { values }] of weights.dense) {
    const isGate = !["projection", "taste_bias"].includes(name);
    for (const unit of units) {
      for (let at = unit; isGate && at < values.length; at += HIDDEN) values[at] = 0;
      if (name === "hidden") values.fill(0, unit * 3 * HIDDEN, (unit + 1) * 3 * HIDDEN);
      const { dimension } = weights.sizes;
      if (name === "projection") values.fill(0, unit * dimension, (unit + 1) * dimension);
    }
  }
  return weights;
}

async function tastes(weights: ModelWeights): Promise<Float32Array> {
  const { sizes } = weights;
  const runner = await createStepRunner({
    models: { short: { ...sizes, ...servedGraphs(weights) } },
  });
  const random = seededRandom(5, "events");
  const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
  let hidden: Float32Array = new Float32Array(ROWS * sizes.hidden);
  for (let step = 0; step < 3; step++) {
    const track = numbers(ROWS * sizes.dimension);
    const features = numbers(ROWS * sizes.featureWidth);
    hidden = await runner.step({ model: "short", rows: ROWS, track, features, hidden });
  }
  const found = await runner.taste("short", hidden, ROWS);
  await runner.close();
  return found;
}

for (const dimension of [HIDDEN, HIDDEN - 3]) {
  test(`taking out units that say nothing changes no taste of ${dimension} numbers`, async () => {
    const weights = silence(randomWeights(dimension), [1, 4, 5]);
    const pruned = pruneUnits(weights, 3 / HIDDEN);
    assert.equal(pruned.sizes.hidden, HIDDEN - 3);
    assert.deepEqual(pruned.dense.get("hidden")!.shape, [5, 15]);
    const [found, expected] = [await tastes(pruned), await tastes(weights)];
    for (const [at, value] of expected.entries()) assert.ok(Math.abs(value - found[at]!) < 1e-6);
  });
}

test("however large the share, one unit stays, and of a share of almost nothing all do", () => {
  assert.equal(pruneUnits(randomWeights(HIDDEN), 0.999).sizes.hidden, 1);
  const whole = randomWeights(HIDDEN);
  const same = pruneUnits(whole, 0.001);
  assert.deepEqual(servedGraphs(same), servedGraphs(whole));
});

test("single weights are set to 0 from the least on, and the others stay", () => {
  const weights = randomWeights(HIDDEN);
  const before = weights.dense.get("hidden")!.values.slice();
  const { values } = pruneWeights(weights, 0.75).dense.get("hidden")!;
  const zeros = before.filter((_, at) => values[at] === 0);
  const kept = before.filter((_, at) => values[at] !== 0);
  assert.equal(zeros.length, 0.75 * before.length);
  assert.ok(Math.max(...zeros.map(Math.abs)) <= Math.min(...kept.map(Math.abs)));
  assert.deepEqual(
    kept,
    values.filter((value) => value !== 0),
  );
  assert.deepEqual(weights.dense.get("hidden")!.values, before);
});
