import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import {
  learnBagOfTracks,
  learnSkipGram,
  type Place,
  type PlaceLearner,
  type VectorLayers,
} from "./learn-place.ts";

const DIMENSION = 3;
const TRACKS = 8;
/** Small enough that what a step changes is its gradient, large enough for 32 bits. */
const RATE = 1e-3;

/** Layers with random weights whose noise is always tracks 5, 6 and 7. */
function layersOf(seed: number): VectorLayers {
  const random = seededRandom(seed, "layers");
  const weights = () => Float32Array.from({ length: TRACKS * DIMENSION }, () => 2 * random() - 1);
  return {
    inputs: weights(),
    output: { dimension: DIMENSION, vectors: weights(), gradient: new Float32Array(DIMENSION) },
    hidden: new Float32Array(DIMENSION),
    candidates: new Int32Array(4),
    drawNoise: (target) => target.set([5, 6, 7]),
  };
}

function place(tracks: readonly number[], at: number): Place {
  return { tracks: Int32Array.from(tracks), at, from: 0, to: tracks.length };
}

/** −ln σ(h · v₀) − Σ ln σ(−h · vᵢ), written out. */
function lossOf(hidden: readonly number[], outputs: Float64Array, right: number): number {
  const logSigmoid = (score: number) => Math.log(1 / (1 + Math.exp(-score)));
  const score = (track: number) =>
    hidden.reduce((sum, value, i) => sum + value * outputs[track * DIMENSION + i]!, 0);
  return -logSigmoid(score(right)) - [5, 6, 7].reduce((sum, n) => sum + logSigmoid(-score(n)), 0);
}

type PlainLoss = (inputs: Float64Array, outputs: Float64Array) => number;
const row = (inputs: Float64Array, track: number) => [
  ...inputs.subarray(track * DIMENSION, (track + 1) * DIMENSION),
];

const CASES: Readonly<Record<string, readonly [PlaceLearner, Place, PlainLoss]>> = {
  "a skip-gram step": [
    learnSkipGram,
    place([1, 2], 0),
    (inputs, outputs) => lossOf(row(inputs, 1), outputs, 2),
  ],
  "a bag-of-tracks step": [
    learnBagOfTracks,
    place([1, 2, 3, 4], 2),
    (inputs, outputs) => {
      const [a, b, c] = [1, 2, 4].map((track) => row(inputs, track));
      const mean = a!.map((value, i) => (value + b![i]! + c![i]!) / 3);
      return lossOf(mean, outputs, 3);
    },
  ],
};

for (const [name, [learn, where, plainLoss]] of Object.entries(CASES)) {
  test(`${name} moves every weight against the gradient of finite differences`, () => {
    const layers = layersOf(4);
    const before = [layers.inputs, layers.output.vectors].map((values) =>
      Float64Array.from(values),
    );
    const loss = learn(layers, where, RATE);
    assert.ok(Math.abs(loss - plainLoss(before[0]!, before[1]!)) < 1e-5);
    const after = [layers.inputs, layers.output.vectors];
    for (const [layer, values] of before.entries()) {
      for (const index of values.keys()) {
        const at = (distance: number) => {
          const moved = before.map((one) => one.slice());
          moved[layer]![index]! += distance;
          return plainLoss(moved[0]!, moved[1]!);
        };
        const slope = (at(1e-4) - at(-1e-4)) / 2e-4;
        const step = (values[index]! - after[layer]![index]!) / RATE;
        assert.ok(Math.abs(step - slope) < 1e-3, `layer ${layer}, ${index}: ${step}, ${slope}`);
      }
    }
  });
}

test("a step worked by hand: equal chances pull by a half", () => {
  const layers: VectorLayers = {
    inputs: Float32Array.of(1, 2, 0, 0, 0, 0),
    output: {
      dimension: 2,
      vectors: Float32Array.of(9, 9, 2, -1, -2, 1),
      gradient: new Float32Array(2),
    },
    hidden: new Float32Array(2),
    candidates: new Int32Array(2),
    drawNoise: (target) => target.fill(2),
  };
  // Both scores are 0, so both chances 1/2: slopes −1/2 for the right track, 1/2 for the noise.
  const loss = learnSkipGram(layers, place([0, 1], 0), 0.1);
  assert.ok(Math.abs(loss - 2 * Math.log(2)) < 1e-6);
  const near = (values: Float32Array, expected: readonly number[]) => {
    for (const [index, value] of expected.entries()) {
      assert.ok(Math.abs(values[index]! - value) < 1e-6, `${[...values]} is not ${expected}`);
    }
  };
  near(layers.output.vectors, [9, 9, 2 + 0.05, -1 + 0.1, -2 - 0.05, 1 - 0.1]);
  // The gradient by the hidden vector is −1/2 · (2, −1) + 1/2 · (−2, 1) = (−2, 1).
  near(layers.inputs, [1.2, 1.9, 0, 0, 0, 0]);
});

test("noise that is the right track itself says nothing", () => {
  const layers = layersOf(1);
  const alone = layersOf(1);
  const noise = { ...layers, drawNoise: (target: Int32Array) => target.fill(2) };
  const none = { ...alone, candidates: new Int32Array(1), drawNoise: () => undefined };
  assert.equal(
    learnSkipGram(noise, place([1, 2], 0), 0.1),
    learnSkipGram(none, place([1, 2], 0), 0.1),
  );
  assert.deepEqual(layers.inputs, alone.inputs);
  assert.deepEqual(layers.output.vectors, alone.output.vectors);
});

test("a track alone in its window learns nothing", () => {
  for (const learn of [learnSkipGram, learnBagOfTracks]) {
    const layers = layersOf(2);
    const before = layers.inputs.slice();
    assert.equal(learn(layers, place([3], 0), 0.1), 0);
    assert.deepEqual(layers.inputs, before);
  }
});
