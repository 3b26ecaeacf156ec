import type { FeatureName } from "../../core/bundle/manifest.ts";
import type { TrackId } from "../../core/domain/ids.ts";
import { readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { IDLE_TIMEOUT_MS } from "../../core/state/session-cut.ts";
import { isUnwanted } from "../event-columns.ts";
import { usefulFeatures } from "../model-features.ts";
import { readSequences } from "../read-sequences.ts";
import type { ScoredTracks } from "../score-catalogue.ts";
import { type Sequences, splitByTime, type TimeSplit } from "../sequences.ts";
import { learnVectors, type TrackSequences } from "../word2vec/learn-vectors.ts";
import { comparePoints, countPoints } from "./compare-points.ts";
import { type FittedModel, fitModel } from "./fit-model.ts";
import { type MeasuredTastes, measureTastes, toUnitLength } from "./measure-tastes.ts";
import {
  type ComparedModel,
  type LogSize,
  type ModelComparison,
  newComparison,
  PART_BASELINES,
} from "./model-comparison.ts";
import { type PredictionPoints, predictionPoints } from "./prediction-points.ts";
import { SIX_MODEL_NAMES, type SixModelName } from "./recipes.ts";
import type { SixModelSettings } from "./settings.ts";

export interface SixModelsOptions {
  /** The log folder that vectors and models are learned from. */
  readonly trainFolder: string;
  /** The log folder that is predicted. */
  readonly logFolder: string;
  readonly settings: SixModelSettings;
  readonly seed: number;
  readonly progress: (progress: ComparisonProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface ComparisonProgress {
  readonly label: "track vectors" | "six models";
  readonly done: number;
  readonly total: number;
  readonly note?: string;
}

/** Learns track vectors and the six models of De Boom et al. 2018 from one log, and measures all of
 *  them on the same predictions of another. The same logs, settings and seed give the same figures,
 *  but for CPU times. Throws `bad_log_folder`, `training_diverged` and the reason of `signal`. */
export async function compareSixModels(options: SixModelsOptions): Promise<ModelComparison> {
  const { settings, seed } = options;
  const cpuSeconds = cpuClock();
  const rules = { idleTimeoutMs: IDLE_TIMEOUT_MS, trackSupportMin: 1 };
  const sequences = await readSequences(options.trainFolder, rules, options.signal);
  const own = await readSequences(options.logFolder, rules, options.signal);
  const predicted = withTracksOf(own, sequences.trackIds);
  const split = splitByTime(sequences, settings.validationShare);
  const vectorsCpuSeconds = cpuClock();
  const vectors = await trackVectors(options, sequences);
  const vectors_cpu_seconds = vectorsCpuSeconds();
  const features = heardFeatures(sequences);
  const points = {
    next: predictionPoints(predicted, "short", settings.predictionsMax),
    ahead: predictionPoints(predicted, "long", settings.predictionsMax),
  };
  const measured = await measureAll(
    options,
    { sequences: split.sequences, split, features, vectors },
    (fitted) => measureBoth(fitted, { predicted, points, vectors, signal: options.signal }),
  );
  const parts = {
    next: comparePoints(points.next, pick(measured, "next"), {
      baseline: PART_BASELINES.next,
      seed,
    }),
    ahead: comparePoints(points.ahead, pick(measured, "ahead"), {
      baseline: PART_BASELINES.ahead,
      seed,
    }),
  };
  const models = SIX_MODEL_NAMES.map((name): [SixModelName, ComparedModel] => {
    const { fitted, held_back_loss, fit_cpu_seconds } = measured[name];
    const figures = { next: parts.next[name], ahead: parts.ahead[name] };
    return [name, { fitted, held_back_loss, fit_cpu_seconds, ...figures }];
  });
  return newComparison({
    trained_on: await logSize(options.trainFolder),
    log: await logSize(options.logFolder),
    seed,
    settings,
    features,
    vectors_cpu_seconds,
    predictions: { next: countPoints(points.next), ahead: countPoints(points.ahead) },
    models: Object.fromEntries(models) as Record<SixModelName, ComparedModel>,
    cpu_seconds: cpuSeconds(),
  });
}

/** Seconds of CPU time since it was made. */
function cpuClock(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
}

/** The same log with its tracks numbered as another's; −1 for one that the other does not have. */
function withTracksOf(sequences: Sequences, trackIds: readonly TrackId[]): Sequences {
  const indices = new Map(trackIds.map((track, index) => [track, index]));
  const known = Int32Array.from(sequences.trackIds, (track) => indices.get(track) ?? -1);
  return { ...sequences, trackIds, track: sequences.track.map((track) => known[track]!) };
}

/** Vectors of length 1, learned from the sessions' tracks that were not skipped or disliked. */
async function trackVectors(
  { settings, seed, progress, signal }: SixModelsOptions,
  sequences: Sequences,
): Promise<ScoredTracks> {
  const vectors = await learnVectors(wantedSessions(sequences), settings.vectors, {
    seed,
    signal,
    progress: ({ done, total, loss }) => {
      progress({ label: "track vectors", done, total, note: `loss ${loss.toFixed(3)}` });
    },
  });
  const { dimension } = settings.vectors;
  toUnitLength(vectors, dimension);
  const count = sequences.trackIds.length;
  return { count, dimension, vectors, bias: new Float32Array(count) };
}

function wantedSessions({ track, features, sessionStarts, trackIds }: Sequences): TrackSequences {
  const kept = new Int32Array(track.length);
  const starts = new Int32Array(sessionStarts.length);
  let plays = 0;
  for (let session = 0; session + 1 < sessionStarts.length; session++) {
    for (let event = sessionStarts[session]!; event < sessionStarts[session + 1]!; event++) {
      if (track[event]! >= 0 && !isUnwanted(features, event)) kept[plays++] = track[event]!;
    }
    starts[session + 1] = plays;
  }
  return { tracks: trackIds.length, track: kept.subarray(0, plays), starts };
}

/** The paper's context vector: play context one-hot and time difference, where the log has them. */
function heardFeatures(sequences: Sequences): readonly FeatureName[] {
  const paper: readonly FeatureName[] = ["context", "gap"];
  return usefulFeatures(sequences, "long").filter((name) => paper.includes(name));
}

interface Learned {
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  readonly features: readonly FeatureName[];
  readonly vectors: ScoredTracks;
}

type Measured = Awaited<ReturnType<typeof measureBoth>> &
  Pick<ComparedModel, "fitted" | "held_back_loss" | "fit_cpu_seconds">;

/** Fits and measures one model after the other. */
async function measureAll(
  { settings, seed, progress, signal }: SixModelsOptions,
  learned: Learned,
  measure: (fitted: FittedModel) => ReturnType<typeof measureBoth>,
): Promise<Readonly<Record<SixModelName, Measured>>> {
  const total = SIX_MODEL_NAMES.length;
  const measured: Partial<Record<SixModelName, Measured>> = {};
  for (const [done, name] of SIX_MODEL_NAMES.entries()) {
    const tell = (share: number, note: string) =>
      progress({ label: "six models", done: done + share, total, note: `${name} ${note}` });
    tell(0, "begins");
    const cpuSeconds = cpuClock();
    const fitted = await fitModel(name, { ...learned, settings, seed, signal, progress: tell });
    const fit_cpu_seconds = cpuSeconds();
    const { heldBackLoss: held_back_loss, words } = fitted;
    const tastes = await measure(fitted);
    measured[name] = { ...tastes, fitted: words, held_back_loss, fit_cpu_seconds };
  }
  progress({ label: "six models", done: total, total });
  return measured as Record<SixModelName, Measured>;
}

async function measureBoth(
  { tastesAfter }: FittedModel,
  on: {
    readonly predicted: Sequences;
    readonly points: Readonly<Record<"next" | "ahead", PredictionPoints>>;
    readonly vectors: ScoredTracks;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Readonly<Record<"next" | "ahead", MeasuredTastes>>> {
  const stopCheck = () => on.signal?.throwIfAborted();
  const plan = { vectors: on.vectors, stopCheck };
  const measure = async (points: PredictionPoints) =>
    measureTastes(await tastesAfter(on.predicted, points.after, stopCheck), points, plan);
  return { next: await measure(on.points.next), ahead: await measure(on.points.ahead) };
}

function pick(
  measured: Readonly<Record<SixModelName, Measured>>,
  part: "next" | "ahead",
): Readonly<Record<SixModelName, MeasuredTastes>> {
  const entries = SIX_MODEL_NAMES.map((name) => [name, measured[name][part]]);
  return Object.fromEntries(entries);
}

async function logSize(folder: string): Promise<LogSize> {
  const { name, events, sessions, listeners } = await readLogHeader(folder);
  return { name, events, sessions, listeners };
}
