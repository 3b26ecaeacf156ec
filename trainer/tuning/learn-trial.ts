import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import { buildSources } from "../build-sources.ts";
import { calibrateBlend } from "../calibrate-blend.ts";
import type { TrainingConfig } from "../config.ts";
import type { MeasuredModel, MeasuredSources } from "../gather-candidates.ts";
import { replaySources } from "../replay-sources.ts";
import type { Accuracy } from "../score-catalogue.ts";
import type { Sequences, TimeSplit } from "../sequences.ts";
import { logSize, sizeByLog } from "../size-by-log.ts";
import { trackPopularity } from "../track-popularity.ts";
import type { StopCheck } from "../train-epoch.ts";
import { trainInWorker } from "../train-in-worker.ts";
import type { TrainedModel, Watch } from "../train-model.ts";
import type { ValidationPlan } from "../validation-plan.ts";
import { epochsAt } from "./brackets.ts";

/** The log that every trial learns from, and the predictions that measure it. */
export interface TrialLog {
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  readonly validation: ValidationPlan;
}

/** What all trials of a search share. */
export interface TrialPlan {
  readonly log: TrialLog;
  /** What trial 0 is told, and all others but for the space's keys. */
  readonly config: TrainingConfig;
  /** The models that the space touches. The others are learned once, to their end. */
  readonly searched: ReadonlySet<ModelName>;
  readonly seed: number;
  /** Where trainings leave their checkpoints, so that a trial that climbs on goes on from there. */
  readonly folder: string;
  readonly checkpointSeconds: number;
  /** Whom the trainings of a trial tell of themselves, and those that all trials share. */
  readonly told: (trial: number | undefined) => Pick<Watch, "progress" | "notice">;
  /** Ends what runs in other threads. */
  readonly signal: AbortSignal;
  /** Throws where the work of this thread shall end; `signal` is aborted then. */
  readonly stopCheck: StopCheck;
}

/** A trial to learn as far as one rung. */
export interface TrialOrder {
  readonly number: number;
  readonly config: TrainingConfig;
  /** One in so many of its epochs are learned. */
  readonly divisor: number;
}

export interface LearnedTrial {
  /** Of the blend, its weights chosen for this trial. */
  readonly accuracy: Accuracy;
  /** [predictions] */
  readonly ranks: Int32Array;
  /** Of the models that the space touches. */
  readonly epochs: Readonly<Record<string, number>>;
}

/** Returns what learns trials and measures their blends. It gives undefined for a trial that
 *  diverges; it throws where a model outside of the space does, and what `stopCheck` throws.
 *  The same plan and order give the same figures. */
export function trialLearner(
  plan: TrialPlan,
): (order: TrialOrder) => Promise<LearnedTrial | undefined> {
  const { log, stopCheck } = plan;
  const sourcesOf = sourcesOnce(log, stopCheck);
  let fixed: Promise<readonly NamedModel[]> | undefined;
  return async (order) => {
    const isSearched = (name: ModelName) => plan.searched.has(name);
    fixed ??= learnModels(
      plan,
      MODEL_NAMES.filter((name) => !isSearched(name)),
    );
    const [others, own] = await settled([
      fixed,
      learnModels(plan, MODEL_NAMES.filter(isSearched), order).catch(undefinedIfDiverged),
    ]);
    if (own === undefined) return undefined;
    const { accuracy, ranks } = await calibrateBlend({
      models: Object.fromEntries([...others, ...own].map(([name, model]) => [name, said(model)])),
      sparse: sourcesOf(order.config),
      answers: log.validation.predictions.answer,
      popularity: trackPopularity(log.sequences, log.split.trained, order.config.popularity),
      stopCheck,
    });
    const epochs = own.map(([name, model]) => [name, model.epochs.length]);
    return { accuracy, ranks, epochs: Object.fromEntries(epochs) };
  };
}

/** The folder of a trial's checkpoints. */
export function trialFolder(folder: string, trial: number): string {
  return join(folder, `trial-${trial}`);
}

type NamedModel = readonly [ModelName, TrainedModel];

/** Learns the enabled ones of `names` side by side: as far as `order` says, or to the end. */
function learnModels(
  plan: TrialPlan,
  names: readonly ModelName[],
  order?: TrialOrder,
): Promise<NamedModel[]> {
  const { log, seed, folder, checkpointSeconds: everySeconds } = plan;
  const { sequences } = log;
  const size = logSize(sequences);
  const settings = order?.config ?? plan.config;
  const place = order ? trialFolder(folder, order.number) : join(folder, "shared");
  const told = plan.told(order?.number);
  const learning = names.map(async (name): Promise<readonly NamedModel[]> => {
    const config = settings[name];
    if (!config.enabled) return [];
    const until = order && { untilEpoch: epochsAt(sizeByLog(config, size).epochs, order.divisor) };
    const checkpoints = { folder: place, everySeconds };
    const task = { name, ...log, config, refit: false, seed, checkpoints, ...until };
    return [[name, await trainInWorker(task, told, plan.signal)]];
  });
  return settled(learning).then((models) => models.flat());
}

/** As `Promise.all`, but a failure waits until all have ended. */
async function settled<const Results extends readonly unknown[]>(
  work: Results,
): Promise<{ -readonly [At in keyof Results]: Awaited<Results[At]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function undefinedIfDiverged(error: unknown): undefined {
  if (error instanceof Failure && error.code === "training_diverged") return undefined;
  throw error;
}

function said({ measured }: TrainedModel): MeasuredModel {
  return { table: measured.weights.table, tastes: measured.tastes };
}

/** What the sources say, kept for as long as trials ask for the same ones. */
function sourcesOnce({ sequences, split, validation }: TrialLog, stopCheck: StopCheck) {
  let kept: { readonly key: string; readonly sparse: MeasuredSources["sparse"] } | undefined;
  return ({ neighbours, coplay }: TrainingConfig): MeasuredSources["sparse"] => {
    const key = JSON.stringify({ neighbours, coplay });
    if (kept?.key !== key) {
      const sources = buildSources(sequences, split.trained, { neighbours, coplay });
      const { after } = validation.predictions;
      kept = { key, sparse: replaySources(sequences, sources, after, stopCheck) };
    }
    return kept.sparse;
  };
}
