import type { Bundle, Model } from "../../core/bundle/bundle.ts";
import { FEATURE_WIDTHS, type FeatureName, featureWidth } from "../../core/bundle/manifest.ts";
import { pseudoRandom } from "../../core/bundle/pseudo-random.ts";
import type { SkipRows, Wave } from "../../core/bundle/step-runner.ts";
import { trackHash } from "../../core/domain/hash.ts";
import type { BundleId, ModelName, TrackId, TrackIndex } from "../../core/domain/ids.ts";
import type { Models } from "../../core/state/advance.ts";

/** Two real GRUs of a few units in plain TypeScript, row by row, so that a row's result cannot
 *  depend on its wave: an oracle for the state without ONNX Runtime. Equal seeds give equal
 *  weights. */
export function tinyModels(seed: number, trackCount = 12): Models {
  const random = pseudoRandom(seed);
  const trackIds = Array.from({ length: trackCount }, (_, index) => `track-${index}` as TrackId);
  const models = { short: tinyModel("short", 5, trackCount, random) };
  const bundle = bundleOf(seed, trackIds, {
    ...models,
    long: tinyModel("long", 4, trackCount, random),
  });
  const weights = new Map<ModelName, Float32Array>();
  for (const model of Object.values(bundle.models)) {
    const inputs = model.dimension + model.featureWidth + model.hidden + 1;
    weights.set(model.name, uniform(3 * model.hidden * inputs, random));
  }
  const runner = {
    step: async (wave: Wave) => step(bundle.models[wave.model]!, weights.get(wave.model)!, wave),
    taste: async (_: ModelName, hidden: Float32Array) => hidden.slice(),
    skip: async ({ rows }: SkipRows) => new Float32Array(rows),
    close: async () => {},
  };
  return { bundle, runner };
}

function tinyModel(
  name: ModelName,
  hidden: number,
  trackCount: number,
  random: () => number,
): Model {
  const features = Object.keys(FEATURE_WIDTHS) as FeatureName[];
  const dimension = 3;
  const vectors = uniform(trackCount * dimension, random);
  return {
    name,
    hidden,
    hiddenBits: name === "short" ? 16 : 8,
    dimension,
    features,
    featureWidth: featureWidth(features),
    inputVectors: vectors,
    outputVectors: vectors,
    outputBias: new Float32Array(trackCount),
    step: new Uint8Array(),
    taste: new Uint8Array(),
  };
}

function bundleOf(seed: number, trackIds: readonly TrackId[], models: Bundle["models"]): Bundle {
  const indexes = new Map(trackIds.map((track, index) => [track, index as TrackIndex]));
  const hashes = new Map(trackIds.map((track, index) => [trackHash(track), index as TrackIndex]));
  return {
    manifest: {
      format: "segue.bundle/1",
      id: seed.toString(16).padStart(2, "0").repeat(32) as BundleId,
      tracks: { count: trackIds.length, ids: "", popularity: "" },
      models: {},
      blend: { short: 1, long: 1, popularity: 0 },
      idle_timeout_ms: 30 * 60 * 1000,
      training: {},
      files: {},
    },
    trackIds,
    models,
    popularity: new Float32Array(trackIds.length),
    sources: {},
    indexOf: (track) => indexes.get(track),
    indexOfHash: (hash) => hashes.get(hash),
  };
}

/** One GRU step of every row: `gates` are update, reset and candidate over [track, features,
 *  hidden, 1]. */
function step(model: Model, weights: Float32Array, wave: Wave): Float32Array {
  const { hidden: width, dimension, featureWidth } = model;
  const next = new Float32Array(wave.rows * width);
  for (let row = 0; row < wave.rows; row++) {
    const hidden = wave.hidden.subarray(row * width, (row + 1) * width);
    const track = wave.track.subarray(row * dimension, (row + 1) * dimension);
    const features = wave.features.subarray(row * featureWidth, (row + 1) * featureWidth);
    const gate = (number: number, unit: number, memory: Float32Array) => {
      const inputs = [...track, ...features, ...memory, 1];
      const from = (number * width + unit) * inputs.length;
      return inputs.reduce((sum, input, index) => sum + input * weights[from + index]!, 0);
    };
    const reset = hidden.map((value, unit) => value * sigmoid(gate(1, unit, hidden)));
    for (let unit = 0; unit < width; unit++) {
      const update = sigmoid(gate(0, unit, hidden));
      const candidate = Math.tanh(gate(2, unit, reset));
      next[row * width + unit] = update * hidden[unit]! + (1 - update) * candidate;
    }
  }
  return next;
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function uniform(length: number, random: () => number): Float32Array {
  return Float32Array.from({ length }, () => random() / 2);
}
