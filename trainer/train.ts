import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { BundleContent, ModelContent, TrackClusters } from "../core/bundle/bundle.ts";
import type { SkipChanceWeights } from "../core/bundle/manifest.ts";
import { publishBundle } from "../core/bundle/publish-bundle.ts";
import { type BundleId, MODEL_NAMES, type ModelName } from "../core/domain/ids.ts";
import { RECALL_MIN } from "../scorer/retrieval/open-retriever.ts";
import { buildSources } from "./build-sources.ts";
import { type Calibration, calibrateBlend } from "./calibrate-blend.ts";
import { calibrateSkips } from "./calibrate-skips.ts";
import { makeClusters } from "./clusters/make-clusters.ts";
import type { HeardSessions } from "./clusters/sample-queries.ts";
import type { TrainingConfig } from "./config.ts";
import { counted } from "./counted.ts";
import { inputVectors } from "./model-parameters.ts";
import { hiddenBitsOf, stateWidth } from "./onnx/model-sizes.ts";
import { type Preparation, preparationLines } from "./prepare/preparation.ts";
import { prepareLog } from "./prepare/prepare-log.ts";
import { progressClock, type TrainingProgress } from "./progress.ts";
import { readLog } from "./read-log.ts";
import { replaySources } from "./replay-sources.ts";
import type { Accuracy } from "./score-catalogue.ts";
import type { Sequences, TimeSplit } from "./sequences.ts";
import { servedGraphs } from "./served-graphs.ts";
import { tellsSkips } from "./skip-rows.ts";
import { trackPopularity } from "./track-popularity.ts";
import { trainInWorker } from "./train-in-worker.ts";
import type { TrainedModel } from "./train-model.ts";
import { planValidation, type ValidationPlan } from "./validation-plan.ts";

export interface TrainingOptions {
  readonly logFolder: string;
  /** Where the bundle is published. */
  readonly outFolder: string;
  readonly config: TrainingConfig;
  /** The same seed, log and configuration give the same bundle, byte for byte. */
  readonly seed: number;
  readonly progress?: (progress: TrainingProgress) => void;
  /** Told what is left out of the log, what a training can go on without, such as a checkpoint that
   *  was damaged, and what is done once the models have learned. */
  readonly notice?: (text: string) => void;
  /** How often each model's training is saved, so that a training that was killed goes on from
   *  there; 0 for never. The checkpoints are in `<outFolder>.training` until the bundle is out. */
  readonly checkpointSeconds?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
}

export interface TrainingResult {
  readonly bundle: BundleId;
  readonly events: number;
  readonly tracks: number;
  /** Of the held-back sessions: each model alone, and the blend. */
  readonly validation: Readonly<Partial<Record<ModelName | "blend", Accuracy>>>;
  /** CPU time of all threads and of the whole training, in seconds. */
  readonly cpuSeconds: number;
  readonly seconds: number;
}

/** Learns both models from a log folder, each on a core of its own, and publishes them as one
 *  bundle. A training that was killed goes on from its checkpoints and ends in the same bundle.
 *  Throws `bad_log_folder`, `training_diverged`, and the reason of `signal` once it is aborted;
 *  nothing is published then. */
export async function train(options: TrainingOptions): Promise<TrainingResult> {
  const { config } = options;
  const nowMs = options.nowMs ?? (() => performance.now());
  const startedMs = nowMs();
  const cpuBefore = process.cpuUsage();
  const log = await readLog(options.logFolder, config.idleTimeoutMs, options.signal);
  const { sequences, split, preparation } = prepareLog(log, config);
  for (const line of preparationLines(preparation)) options.notice?.(line);
  const validation = planValidation(split, config);
  const models = await trainModels(options, { sequences, split, validation }, nowMs);
  const predictions = validation.predictions.answer.length;
  options.notice?.(
    `weighs the models and other sessions on ${counted(predictions)} held-back plays`,
  );
  const calibration = await calibrate(options, { split, validation, models });
  const skipChance = await calibrateSkips({
    ...{ sequences: split.sequences, validation },
    models: Object.fromEntries(
      models.map(([name, { features, measured }]) => [name, { features, ...measured }]),
    ),
    stopCheck: () => options.signal?.throwIfAborted(),
  });
  options.signal?.throwIfAborted();
  const content = bundleContent(options, {
    ...{ sequences, preparation, models, calibration, skipChance },
  });
  const sessions = { sequences: split.sequences, validation };
  const clusters = await clustersFor(options, content, sessions);
  const bundle = await publishBundle(options.outFolder, { ...content, clusters });
  await rm(checkpointFolder(options), { recursive: true, force: true });
  const cpu = process.cpuUsage(cpuBefore);
  return {
    bundle,
    events: sequences.track.length,
    tracks: sequences.trackIds.length,
    validation: figuresOf(models, calibration),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    seconds: (nowMs() - startedMs) / 1000,
  };
}

const CHECKPOINT_SECONDS = 60;

function checkpointFolder({ outFolder }: TrainingOptions): string {
  return `${resolve(outFolder)}.training`;
}

type Trained = readonly (readonly [ModelName, TrainedModel])[];

/** Runs the models' trainings side by side; the failure of one ends the other. */
async function trainModels(
  options: TrainingOptions,
  learned: Pick<Parameters<typeof trainInWorker>[0], "sequences" | "split" | "validation">,
  nowMs: () => number,
): Promise<Trained> {
  const { config, seed } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const clock = progressClock(nowMs, options.progress ?? (() => undefined));
  const told = { progress: clock, notice: options.notice ?? (() => undefined) };
  const everySeconds = options.checkpointSeconds ?? CHECKPOINT_SECONDS;
  const checkpoints =
    everySeconds > 0 ? { folder: checkpointFolder(options), everySeconds } : undefined;
  const names = MODEL_NAMES.filter((name) => config[name].enabled);
  const trainings = names.map(async (name) => {
    const { refit, [name]: settings } = config;
    const task = { name, ...learned, config: settings, refit, seed, checkpoints };
    try {
      return [name, await trainInWorker(task, told, signal)] as const;
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(trainings);
  return Promise.all(trainings);
}

/** Calibrates on what was learned before the held-back sessions. */
function calibrate(
  { config, signal }: TrainingOptions,
  learned: {
    readonly split: TimeSplit;
    readonly validation: ValidationPlan;
    readonly models: Trained;
  },
): Promise<Calibration> {
  const { models } = learned;
  const { sequences, trained } = learned.split;
  const { after, answer } = learned.validation.predictions;
  const sources = buildSources(sequences, trained, config);
  const measured = models.map(
    ([
      name,
      {
        measured: { weights, tastes },
      },
    ]) => {
      return [name, { table: weights.table, tastes }];
    },
  );
  return calibrateBlend({
    models: Object.fromEntries(measured),
    sparse: replaySources(sequences, sources, after),
    answers: answer,
    popularity: trackPopularity(sequences, trained, config.popularity),
    stopCheck: () => signal?.throwIfAborted(),
  });
}

function bundleContent(
  options: TrainingOptions,
  learned: {
    readonly sequences: Sequences;
    readonly preparation: Preparation;
    readonly models: Trained;
    readonly calibration: Calibration;
    readonly skipChance: SkipChanceWeights | undefined;
  },
): BundleContent {
  const { sequences, preparation, models, calibration, skipChance } = learned;
  const { sessionOrder } = sequences;
  return {
    trackIds: sequences.trackIds,
    popularity: trackPopularity(sequences, sessionOrder, options.config.popularity),
    models: Object.fromEntries(models.map(([name, model]) => [name, modelContent(model)])),
    sources: buildSources(sequences, sessionOrder, options.config),
    blend: { ...calibration.blend, skips: tellsSkips(sequences) ? options.config.skips.push : 0 },
    ...(skipChance && { skipChance }),
    idleTimeoutMs: options.config.idleTimeoutMs,
    training: {
      seed: options.seed,
      events: sequences.track.length,
      sessions: sessionOrder.length,
      listeners: sequences.listenerStarts.length - 1,
      config: options.config,
      preparation,
      validation: figuresOf(models, calibration),
      models: Object.fromEntries(
        models.map(([name, { config, epochs, bestEpoch }]) => {
          return [name, { config, epochs, best_epoch: bestEpoch }];
        }),
      ),
    },
  };
}

/** Searches that would read more than this part of the tracks had better read all. */
const READ_SHARE_MAX = 0.5;

/** Undefined where every search shall read all tracks. */
async function clustersFor(
  { config, seed, notice, signal }: TrainingOptions,
  content: BundleContent,
  sessions: HeardSessions,
): Promise<TrackClusters | undefined> {
  const { enabled, tracksMin } = config.clusters;
  const isLarge = content.trackIds.length >= tracksMin;
  if (!enabled || !isLarge || sessions.validation.predictions.after.length === 0) return undefined;
  notice?.(`puts ${counted(content.trackIds.length)} tracks into clusters`);
  const clusters = await makeClusters(content, sessions, {
    seed,
    progress: () => undefined,
    stopCheck: () => signal?.throwIfAborted(),
  });
  const { recall_at_100: recall, read_share: share } = clusters;
  if (recall >= RECALL_MIN && share <= READ_SHARE_MAX) return clusters;
  notice?.(
    `no clusters are published: searches would read ${percent(share)} of the tracks` +
      ` and find ${percent(recall)} of the best`,
  );
  return undefined;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function modelContent(model: TrainedModel): ModelContent {
  const { table, sizes } = model.weights;
  return {
    hidden: stateWidth(sizes),
    hiddenBits: hiddenBitsOf(sizes),
    dimension: sizes.dimension,
    features: model.features,
    inputVectors: inputVectors(model.weights).vectors,
    outputVectors: table.vectors,
    outputBias: table.bias,
    ...servedGraphs(model.weights),
  };
}

function figuresOf(models: Trained, calibration: Calibration): TrainingResult["validation"] {
  const alone = models.map(([name, { accuracy }]) => [name, accuracy]);
  return { ...Object.fromEntries(alone), blend: calibration.accuracy };
}
