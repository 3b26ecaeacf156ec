import assert from "node:assert/strict";
import { test } from "node:test";
import type { Model } from "../../core/bundle/bundle.ts";
import { featureWidth } from "../../core/bundle/manifest.ts";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { refusal } from "../../test/fixtures/rewrite-bundle.ts";
import { startingParameters } from "../model-parameters.ts";
import { seededRandom } from "../random.ts";
import { servedGraphs } from "../served-graphs.ts";
import { int8Step } from "./int8-step.ts";
import { servedWeights } from "./served-weights.ts";

const TRACKS = 9;

function trainedModel(sizes: { readonly hidden: number; readonly dimension: number }): Model {
  const features = ["gap"] as const;
  const all = { ...sizes, featureWidth: featureWidth(features) };
  const weights = startingParameters(all, TRACKS, seededRandom(2, "weights"));
  const { vectors, bias } = weights.table;
  return {
    ...{ name: "short", hiddenBits: 8, features, ...all, ...servedGraphs(weights) },
    ...{ inputVectors: vectors, outputVectors: vectors, outputBias: bias },
  };
}

for (const sizes of [
  { hidden: 7, dimension: 7 },
  { hidden: 5, dimension: 8 },
]) {
  test(`the weights of ${sizes.hidden} units are read back from their graphs`, () => {
    const model = trainedModel(sizes);
    const { dense, table } = servedWeights(model);
    const random = seededRandom(2, "weights");
    const written = startingParameters({ ...sizes, featureWidth: 1 }, TRACKS, random);
    for (const [name, { shape, values }] of written.dense) {
      assert.deepEqual(dense.get(name), { shape, values });
    }
    assert.equal(table.vectors, model.outputVectors);
  });
}

test("graphs of another trainer, and ones that are compressed, are refused by their name", () => {
  const model = trainedModel({ hidden: 7, dimension: 7 });
  const sizes = { tracks: TRACKS, dimension: 7, hidden: 7, features: ["gap"], seed: 1 } as const;
  const foreign = randomBundleContent(sizes).models.short!;
  const popularity = new Float32Array(TRACKS);
  const rounded = int8Step(servedWeights(model), { ...model, popularity });
  for (const step of [foreign.step, rounded, Uint8Array.of(255, 1, 2)]) {
    assert.throws(() => servedWeights({ ...model, step }), refusal("models.short.step"));
  }
  const longer = trainedModel({ hidden: 7, dimension: 6 });
  const { taste } = longer;
  assert.throws(() => servedWeights({ ...model, taste }), refusal("models.short.taste"));
});
