import type { Bundle, BundleContent, Model, ModelContent } from "../../core/bundle/bundle.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { publishBundle } from "../../core/bundle/publish-bundle.ts";
import type { BundleId, ModelName } from "../../core/domain/ids.ts";
import { TRAINING_DEFAULTS } from "../config.ts";
import { heldShare } from "../held-share.ts";
import { readSequences } from "../read-sequences.ts";
import { type Sequences, splitByTime } from "../sequences.ts";
import { planValidation } from "../validation-plan.ts";
import { compressModel, type ModelCompression, type TrainingLog } from "./compress-model.ts";
import type { CompressionPlan } from "./plan.ts";

export interface CompressOptions {
  readonly bundleFolder: string;
  /** Where the smaller bundle is published. */
  readonly outFolder: string;
  readonly plan: CompressionPlan;
  /** The log that distilled and pruned models learn from. */
  readonly trainFolder?: string | undefined;
  /** Passes over that log; by its size where it is not given. */
  readonly epochs?: number | undefined;
  /** The same bundle, plan, log and seed give the same bundle, byte for byte. */
  readonly seed: number;
  readonly progress: ModelCompression["progress"];
  readonly signal?: AbortSignal | undefined;
}

/** Makes a bundle smaller and publishes it as another one. Tracks, sources, and the weights of the
 *  blend stay. Throws `bad_bundle`, `bad_configuration`, `bad_log_folder`, `training_diverged`, and
 *  the reason of `signal` once it is aborted; nothing is published then. */
export async function compress(options: CompressOptions): Promise<BundleId> {
  const { plan, signal, seed, epochs, progress } = options;
  const bundle = await openBundle(options.bundleFolder);
  const log = await trainingLog(options, bundle);
  const stopCheck = () => signal?.throwIfAborted();
  const compression = { bundle, plan, log, epochs, seed, progress, stopCheck };
  const models: Partial<Record<ModelName, ModelContent>> = {};
  for (const [name, model] of Object.entries(bundle.models) as [ModelName, Model][]) {
    models[name] = await compressModel(model, compression);
  }
  signal?.throwIfAborted();
  return publishBundle(options.outFolder, contentOf(bundle, models, plan));
}

/** Undefined where nothing is learned. */
async function trainingLog(
  { plan, trainFolder, signal }: CompressOptions,
  bundle: Bundle,
): Promise<TrainingLog | undefined> {
  if (trainFolder === undefined || (!plan.distil && !plan.prune)) return undefined;
  const rules = { idleTimeoutMs: bundle.manifest.idle_timeout_ms, trackSupportMin: 1 };
  const sequences = numberedAs(bundle, await readSequences(trainFolder, rules, signal));
  const split = splitByTime(sequences, heldShare(sequences, TRAINING_DEFAULTS));
  const validation = planValidation(split, TRAINING_DEFAULTS);
  return { sequences: split.sequences, split, validation };
}

/** The same log with the bundle's track indices; −1 for a track that the bundle does not know. */
function numberedAs(bundle: Bundle, sequences: Sequences): Sequences {
  const index = sequences.trackIds.map((track) => bundle.indexOf(track) ?? -1);
  const track = sequences.track.map((of) => (of < 0 ? -1 : index[of]!));
  return { ...sequences, track, trackIds: bundle.trackIds };
}

function contentOf(
  { manifest, trackIds, popularity, sources }: Bundle,
  models: BundleContent["models"],
  plan: CompressionPlan,
): BundleContent {
  return {
    ...{ trackIds, popularity, models, sources },
    blend: manifest.blend,
    ...(manifest.skip_chance && { skipChance: manifest.skip_chance }),
    idleTimeoutMs: manifest.idle_timeout_ms,
    training: { ...manifest.training, compressed: { from: manifest.id, ...plan } },
  };
}
