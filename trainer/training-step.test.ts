import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelParameters, startingParameters } from "./model-parameters.ts";
import { seededRandom } from "./random.ts";
import type { StepShape } from "./training-graph.ts";
import { openTrainingStep, type StepBatch } from "./training-step.ts";

const SHAPE: StepShape = {
  hidden: 5,
  dimension: 4,
  featureWidth: 2,
  lanes: 3,
  steps: 2,
  negatives: 4,
  inputDropout: true,
  tasteDropout: true,
};
const TRACKS = 7;
const DISTANCE = 0.01;

for (const [what, shape] of [
  ["", SHAPE],
  [" with a skip head and skips", { ...SHAPE, skipHead: true }],
] as const) {
  test(`each weight${what} moves against its gradient, as finite differences say`, async () => {
    await checkMoves(shape);
  });
}

async function checkMoves(shape: StepShape): Promise<void> {
  const start = startingParameters(shape, TRACKS, seededRandom(2, "weights"));
  const head = seededRandom(5, "head");
  for (const [name, { values }] of start.dense) {
    // The head begins with zeros, at which a map has no gradient to its inputs.
    if (name.startsWith("skip_")) values.set(values.map(() => 2 * head() - 1));
  }
  const learned = structuredClone(start);
  await lossOf(learned, 1, shape);
  const random = seededRandom(3, "places");
  for (const [name, before, after, squares] of weightsOf(start, learned)) {
    // The skip losses take tracks' vectors and biases as they are.
    if (shape.skipHead && (name === "vectors" || name === "bias")) continue;
    const index = Math.floor(random() * before.length);
    const move = after[index]! - before[index]!;
    const gradient = -Math.sign(move) * Math.sqrt(squares[index]!);
    const losses: number[] = [];
    for (const distance of [DISTANCE, -DISTANCE]) {
      const moved = structuredClone(start);
      const weight = weightsOf(moved, moved).find(([other]) => other === name)![1];
      weight[index] = weight[index]! + distance;
      losses.push(await lossOf(moved, 0, shape));
    }
    const measured = (losses[0]! - losses[1]!) / (2 * DISTANCE);
    assert.ok(
      Math.abs(measured - gradient) < 2e-3 * Math.max(1, Math.abs(measured)),
      `${name}[${index}]: moved by a gradient of ${gradient}, finite differences say ${measured}`,
    );
  }
}

test("lanes carry hidden states from one run to the next until they are forgotten", async () => {
  const parameters = startingParameters(SHAPE, TRACKS, seededRandom(2, "weights"));
  const step = await openTrainingStep(parameters, SHAPE);
  fill(step.batch);
  step.batch.keep.fill(1);
  const fresh = await step.run(0);
  const carried = await step.run(0);
  step.hidden.fill(0);
  const forgotten = await step.run(0);
  await step.close();
  assert.notEqual(carried, fresh);
  assert.equal(forgotten, fresh);
});

/** The loss of one run; a rate of 0 leaves the weights. */
async function lossOf(
  parameters: ModelParameters,
  rate: number,
  shape: StepShape,
): Promise<number> {
  const step = await openTrainingStep(parameters, shape);
  fill(step.batch);
  const loss = await step.run(rate);
  await step.close();
  return loss;
}

function fill(batch: StepBatch): void {
  const random = seededRandom(4, "batch");
  batch.heard.set([0, 1, 2, -1, 1, 3]);
  batch.candidates.set([1, 1, 3, 0, -1, 2, 6, 5, 1, 0]);
  batch.keep.set([0, 0, 0, 1, 0, 1]);
  batch.weights.set([0.5, 0.2, 0.5, 0.3, 0, 1]);
  batch.correction.set(batch.candidates.map((track) => (track < 0 ? -1e9 : -track / 4)));
  const { skips } = batch;
  if (skips.next.length > 0) {
    skips.next.set([5, 4, -1, 2, 6, 3]);
    skips.labels.set([1, 0, 0, 1, 1, 0]);
    skips.weights.set([0.5, 0.3, 0, 1, 0.2, 0.4]);
    skips.pushWeights.set([0, 0.7, 0, 0, 0, 0]);
    skips.pushCorrection.set([0, -0.5, 0, 0, 0, 0]);
  }
  for (const values of [batch.features, batch.trackMask, batch.tasteMask]) {
    values.set(values.map(() => random() + 0.5));
  }
}

/** Name, value before, value after, and sum of squared gradients of every weight. */
function weightsOf(
  before: ModelParameters,
  after: ModelParameters,
): (readonly [string, Float32Array, Float32Array, Float32Array])[] {
  const dense = [...after.dense].map(([name, { values, squares }]) => {
    return [name, before.dense.get(name)!.values, values, squares] as const;
  });
  const { table } = after;
  return [
    ...dense,
    ["vectors", before.table.vectors, table.vectors, table.vectorSquares],
    ["bias", before.table.bias, table.bias, table.biasSquares],
  ];
}
