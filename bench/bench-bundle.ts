import type { ModelContent, Sources } from "../core/bundle/bundle.ts";
import { FEATURE_WIDTHS, type FeatureName, featureWidth } from "../core/bundle/manifest.ts";
import { pseudoRandom, randomFloats } from "../core/bundle/pseudo-random.ts";
import { publishBundle } from "../core/bundle/publish-bundle.ts";
import type { TrackId } from "../core/domain/ids.ts";
import { stepGraph, tasteGraph } from "../trainer/onnx/serving-graphs.ts";

/** H and D of both models: what the trainer makes where nobody says otherwise. */
const WIDTH = 100;
/** Every feature that a log can have. */
const FEATURES = Object.keys(FEATURE_WIDTHS) as FeatureName[];

/** Publishes a bundle of the trainer's graphs and sizes with random weights: speed does not depend
 *  on what was learned. Track n of "track-0", "track-1", … is the more popular the lower n is. */
export async function publishBenchBundle(
  folder: string,
  tracks: number,
  sources?: Sources,
  seed = 1,
): Promise<void> {
  const random = pseudoRandom(seed);
  const trackIds = Array.from({ length: tracks }, (_, index) => `track-${index}` as TrackId);
  await publishBundle(folder, {
    trackIds,
    popularity: Float32Array.from(trackIds, (_, index) => -Math.log(index + 1)),
    models: { short: randomModel(tracks, random), long: randomModel(tracks, random) },
    ...(sources && { sources }),
    blend: {
      short: 0.6,
      long: 0.3,
      popularity: 0.1,
      ...(sources?.neighbours && { neighbours: 1 }),
      ...(sources?.coplay && { coplay: 4 }),
    },
    idleTimeoutMs: 30 * 60 * 1000,
    training: { source: "random weights for a benchmark" },
  });
}

function randomModel(tracks: number, random: () => number): ModelContent {
  const sizes = { hidden: WIDTH, dimension: WIDTH, featureWidth: featureWidth(FEATURES) };
  const gates = 3 * WIDTH;
  // Wide enough that a step visibly moves the hidden state, as trained weights do.
  const scale = 2 / Math.sqrt(WIDTH);
  const vectors = randomFloats(random, tracks * WIDTH);
  const dense = new Map([
    ["track", randomFloats(random, WIDTH * gates, scale)],
    ["feature", randomFloats(random, sizes.featureWidth * gates, scale)],
    ["hidden", randomFloats(random, WIDTH * gates, scale)],
    ["input_bias", randomFloats(random, gates, 0.1)],
    ["hidden_bias", randomFloats(random, gates, 0.1)],
  ]);
  return {
    hidden: WIDTH,
    hiddenBits: 8,
    dimension: WIDTH,
    features: FEATURES,
    inputVectors: vectors,
    outputVectors: vectors,
    outputBias: null,
    step: stepGraph(sizes, dense),
    taste: tasteGraph(sizes, dense),
  };
}
