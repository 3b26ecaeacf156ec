import type { Bundle, BundleContent, Model, ModelContent } from "../../core/bundle/bundle.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { publishBundle } from "../../core/bundle/publish-bundle.ts";
import type { BundleId, ModelName } from "../../core/domain/ids.ts";
import { type ClusterTask, makeClusters } from "../clusters/make-clusters.ts";
import { readBundleLog } from "../read-bundle-log.ts";
import { compressModel, type ModelCompression } from "./compress-model.ts";
import type { CompressionPlan } from "./plan.ts";

export interface CompressOptions {
  readonly bundleFolder: string;
  /** Where the smaller bundle is published. */
  readonly outFolder: string;
  readonly plan: CompressionPlan;
  /** The log that distilled and pruned models learn from. */
  readonly trainFolder?: string | undefined;
  /** The log whose last sessions searches are measured on, where none is learned from. */
  readonly logFolder: string;
  /** Passes over that log; by its size where it is not given. */
  readonly epochs?: number | undefined;
  /** The same bundle, plan, log and seed give the same bundle, byte for byte. */
  readonly seed: number;
  readonly progress: ModelCompression["progress"];
  readonly clusterProgress: ClusterTask["progress"];
  readonly signal?: AbortSignal | undefined;
}

/** Makes a bundle smaller and publishes it as another one. Tracks, sources, and the weights of the
 *  blend stay. Throws `bad_bundle`, `bad_configuration`, `bad_log_folder`, `training_diverged`, and
 *  the reason of `signal` once it is aborted; nothing is published then. */
export async function compress(options: CompressOptions): Promise<BundleId> {
  const { plan, signal, seed, epochs, progress, trainFolder } = options;
  const bundle = await openBundle(options.bundleFolder);
  const learns =
    trainFolder !== undefined && (plan.distil !== undefined || plan.prune !== undefined);
  const log = learns ? await readBundleLog(trainFolder, bundle, signal) : undefined;
  const stopCheck = () => signal?.throwIfAborted();
  const compression = { bundle, plan, log, epochs, seed, progress, stopCheck };
  const models: Partial<Record<ModelName, ModelContent>> = {};
  for (const [name, model] of Object.entries(bundle.models) as [ModelName, Model][]) {
    models[name] = await compressModel(model, compression);
  }
  signal?.throwIfAborted();
  const content = contentOf(bundle, models, plan);
  if (bundle.clusters === undefined) return publishBundle(options.outFolder, content);
  // Other models have other tastes, and other vectors other neighbours.
  const sessions = log ?? (await readBundleLog(options.logFolder, bundle, signal));
  const clusters = await makeClusters(content, sessions, {
    ...{ seed, stopCheck },
    progress: options.clusterProgress,
  });
  return publishBundle(options.outFolder, { ...content, clusters });
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
