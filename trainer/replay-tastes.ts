import type { Model } from "../core/bundle/bundle.ts";
import { writeFeatures } from "../core/bundle/features.ts";
import { roundHidden } from "../core/bundle/hidden-bits.ts";
import type { FeatureName } from "../core/bundle/manifest.ts";
import { loadFeatures } from "./event-columns.ts";
import { laneBatches } from "./lanes.ts";
import { inputVectors, type ModelWeights } from "./model-parameters.ts";
import { openGraph, type Values } from "./onnx/graph-session.ts";
import { hiddenBitsOf, stateWidth } from "./onnx/model-sizes.ts";
import type { Sequences } from "./sequences.ts";
import { servedGraphs } from "./served-graphs.ts";
import { gatherRows } from "./track-table.ts";
import type { StopCheck } from "./train-epoch.ts";
import type { Walks } from "./walks.ts";

/** Predictions that measure a model: after `after[i]` was heard, `answer[i]` came. */
export interface Predictions {
  /** [predictions]: events. */
  readonly after: Int32Array;
  /** [predictions]: the track that came next. */
  readonly answer: Int32Array;
}

const LANES = 128;

export interface ReplayPlan {
  readonly walks: Walks;
  readonly predictions: Predictions;
  readonly stopCheck: StopCheck;
}

export interface ReplayedLog {
  readonly sequences: Sequences;
  readonly features: readonly FeatureName[];
}

/** A model as it is served; a bundle's `Model` is one. */
export type ServedModel = Pick<
  Model,
  "hidden" | "hiddenBits" | "dimension" | "featureWidth" | "inputVectors" | "step" | "taste"
>;

/** Hears `walks` through the graphs that will be served, and returns the taste after each event of
 *  `predictions`, [predictions, D]. Every such event must be on a walk. */
export function replayTastes(
  weights: ModelWeights,
  log: ReplayedLog,
  plan: ReplayPlan,
): Promise<Float32Array> {
  return replayServed(servedModel(weights), log, plan);
}

/** The hidden state after each event of `predictions`, [predictions, S], as it would be stored. */
export function replayStates(
  weights: ModelWeights,
  log: ReplayedLog,
  plan: ReplayPlan,
): Promise<Float32Array> {
  return statesOf(servedModel(weights), log, plan);
}

function servedModel(weights: ModelWeights): ServedModel {
  const { dimension, featureWidth } = weights.sizes;
  const hidden = stateWidth(weights.sizes);
  const { vectors } = inputVectors(weights);
  const hiddenBits = hiddenBitsOf(weights.sizes);
  return {
    hidden,
    hiddenBits,
    dimension,
    featureWidth,
    inputVectors: vectors,
    ...servedGraphs(weights),
  };
}

/** `replayTastes` of a model of any bundle. */
export async function replayServed(
  model: ServedModel,
  log: ReplayedLog,
  plan: ReplayPlan,
): Promise<Float32Array> {
  const { dimension, hidden: width } = model;
  const states = await statesOf(model, log, plan);
  const tastes = new Float32Array((states.length / width) * dimension);
  const graph = await openGraph(model.taste);
  for (let from = 0; from * width < states.length; from += LANES) {
    plan.stopCheck();
    const hidden = states.subarray(from * width, (from + LANES) * width);
    const rows = hidden.length / width;
    const data = tastes.subarray(from * dimension, (from + rows) * dimension);
    const taste = { shape: [rows, dimension], data };
    await graph.run({ hidden: { shape: [rows, width], data: hidden } }, { taste });
  }
  await graph.close();
  return tastes;
}

async function statesOf(
  model: ServedModel,
  log: ReplayedLog,
  plan: ReplayPlan,
): Promise<Float32Array> {
  const { dimension, featureWidth, hidden: width } = model;
  const wanted = new Map<number, number>();
  for (const [index, event] of plan.predictions.after.entries()) wanted.set(event, index);
  const states = new Float32Array(plan.predictions.after.length * width);
  const tracks = new Int32Array(LANES);
  const buffers = {
    track: { shape: [LANES, dimension], data: new Float32Array(LANES * dimension) },
    features: { shape: [LANES, featureWidth], data: new Float32Array(LANES * featureWidth) },
    hidden: { shape: [LANES, width], data: new Float32Array(LANES * width) },
  };
  const next = { shape: [LANES, width], data: new Float32Array(LANES * width) };
  const { features, ...bare } = buffers;
  const { inputVectors: vectors } = model;
  const table = { count: vectors.length / dimension, dimension, vectors };
  const feeds: Record<string, Values> = featureWidth > 0 ? buffers : bare;
  const step = await openGraph(model.step);
  for (const batch of laneBatches(plan.walks, { lanes: LANES, steps: 1 })) {
    plan.stopCheck();
    features.data.fill(0);
    for (const [lane, event] of batch.event.entries()) {
      tracks[lane] = event < 0 ? -1 : log.sequences.track[event]!;
      if (batch.keep[lane] === 0) buffers.hidden.data.fill(0, lane * width, (lane + 1) * width);
      if (event < 0) continue;
      const heard = loadFeatures(log.sequences.features, event);
      writeFeatures(log.features, heard, features.data, lane * featureWidth);
    }
    gatherRows(table, tracks, buffers.track.data);
    await step.run(feeds, { hidden_next: next });
    // As in what is served: a state is rounded before anything sees it.
    roundHidden(next.data, model.hiddenBits);
    buffers.hidden.data.set(next.data);
    for (const [lane, event] of batch.event.entries()) {
      const index = wanted.get(event);
      if (index === undefined) continue;
      states.set(next.data.subarray(lane * width, (lane + 1) * width), index * width);
    }
  }
  await step.close();
  return states;
}
