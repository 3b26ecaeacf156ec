import type { Bundle } from "../../../core/bundle/bundle.ts";
import { MODEL_NAMES, type ModelName } from "../../../core/domain/ids.ts";
import type { Averages } from "../../shares.ts";
import type { Derived, DerivedModel, Origin } from "./derived.ts";
import type { EvenSample } from "./even-sample.ts";
import type { Kin, KinCodes } from "./kin.ts";
import { KIN_KINDS, type KinKind } from "./kin-kind.ts";

/** Kin count against what was known without them as if that stood for so many tracks. */
const PRIOR_TRACKS: Readonly<Record<KinKind, number>> = {
  genres: 10,
  album: 1,
  artist: 1,
  recording: 0,
};

/** Estimates of vectors from kin: the catalogue's average, then drawn to the mean of the genres'
 *  tracks, the album's, the artist's and the recording's, each (tracks · mean + prior · estimate) /
 *  (tracks + prior). Of several genres the means are averaged; of several artists the first one
 *  that the bundle knows counts. Undefined for a track without kin. */
export function newDeriver(models: Bundle["models"], averages: Averages, kin: Kin) {
  const meanOf = rememberedMeans(models);
  return (codes: KinCodes): Derived | undefined => {
    let estimate = averageOf(averages);
    let origin: Origin | undefined;
    for (const kind of KIN_KINDS) {
      const found = codes[kind].flatMap((code) => {
        const sample = kin[kind].get(code);
        return sample === undefined ? [] : [{ code, sample }];
      });
      const [first] = found;
      if (first === undefined) continue;
      const counted = kind === "genres" ? found : [first];
      const tracks = counted.reduce((sum, { sample }) => sum + sample.seen(), 0);
      const means = counted.map(({ sample }) => meanOf(sample));
      estimate = drawn(estimate, { means, tracks, prior: PRIOR_TRACKS[kind] });
      origin = { from: kind, code: first.code, tracks };
    }
    return origin && { origin, models: toDerived(estimate) };
  };
}

/** Of each model its vector, [D], and then its bias. */
type Estimate = Readonly<Partial<Record<ModelName, Float64Array>>>;

function averageOf({ models }: Averages): Estimate {
  const estimate: Partial<Record<ModelName, Float64Array>> = {};
  for (const name of MODEL_NAMES) {
    const model = models[name];
    if (model !== undefined) estimate[name] = Float64Array.of(...model.vector, model.bias);
  }
  return estimate;
}

/** Each sample's mean is taken once. */
function rememberedMeans(models: Bundle["models"]): (sample: EvenSample) => Estimate {
  const means = new Map<EvenSample, Estimate>();
  return (sample) => {
    const known = means.get(sample);
    if (known !== undefined) return known;
    const mean: Partial<Record<ModelName, Float64Array>> = {};
    for (const name of MODEL_NAMES) {
      const model = models[name];
      if (model !== undefined) mean[name] = meanRow(model, sample);
    }
    means.set(sample, mean);
    return mean;
  };
}

function meanRow(
  { outputVectors, outputBias, dimension }: NonNullable<Bundle["models"][ModelName]>,
  { rows }: EvenSample,
): Float64Array {
  const sum = new Float64Array(dimension + 1);
  for (const row of rows) {
    const from = row * dimension;
    for (let axis = 0; axis < dimension; axis++) sum[axis]! += outputVectors[from + axis]!;
    sum[dimension]! += outputBias[row]!;
  }
  return sum.map((value) => value / rows.length);
}

function drawn(
  estimate: Estimate,
  kin: { readonly means: readonly Estimate[]; readonly tracks: number; readonly prior: number },
): Estimate {
  const { means, tracks, prior } = kin;
  const moved: Partial<Record<ModelName, Float64Array>> = {};
  for (const name of MODEL_NAMES) {
    const before = estimate[name];
    if (before === undefined) continue;
    moved[name] = before.map((value, axis) => {
      const sum = means.reduce((all, mean) => all + mean[name]![axis]!, 0);
      return (tracks * (sum / means.length) + prior * value) / (tracks + prior);
    });
  }
  return moved;
}

function toDerived(estimate: Estimate): Derived["models"] {
  const models: Partial<Record<ModelName, DerivedModel>> = {};
  for (const name of MODEL_NAMES) {
    const row = estimate[name];
    if (row === undefined) continue;
    models[name] = {
      vector: Float32Array.from(row.subarray(0, -1)),
      bias: Math.fround(row.at(-1)!),
    };
  }
  return models;
}
