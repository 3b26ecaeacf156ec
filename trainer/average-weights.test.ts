import assert from "node:assert/strict";
import { test } from "node:test";
import { averageWeights } from "./average-weights.ts";
import { type ModelWeights, startingParameters, weightArrays } from "./model-parameters.ts";
import { seededRandom } from "./random.ts";

test("the mean moves towards the newest epoch by its share, in every array", () => {
  const [first, second, third] = [1, 2, 3].map(weightsOf);
  const mean = averageWeights(undefined, first!, 0.25);
  averageWeights(mean, second!, 0.25);
  averageWeights(mean, third!, 0.25);
  for (const [name, values] of weightArrays(mean)) {
    const [one, two, three] = [first!, second!, third!].map((weights) => {
      return weightArrays(weights).get(name)![0]!;
    });
    const wanted = 0.75 * (0.75 * one! + 0.25 * two!) + 0.25 * three!;
    assert.ok(Math.abs(values[0]! - wanted) < 1e-6, `${name}: ${values[0]} is not ${wanted}`);
  }
});

test("the first epoch's mean is a copy, so that learning on does not move it", () => {
  const weights = weightsOf(1);
  const mean = averageWeights(undefined, weights, 0.25);
  const before = mean.table.vectors[0];
  weights.table.vectors[0]! += 1;
  assert.equal(mean.table.vectors[0], before);
});

test("with a share of 1 the last epoch's weights are taken as they are", () => {
  const [first, second] = [1, 2].map(weightsOf);
  assert.equal(averageWeights(first!, second!, 1), second);
});

function weightsOf(seed: number): ModelWeights {
  const sizes = { hidden: 4, dimension: 4, featureWidth: 2, skipHead: true };
  return startingParameters(sizes, 3, seededRandom(seed, "weights"));
}
