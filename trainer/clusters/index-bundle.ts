import type { Bundle } from "../../core/bundle/bundle.ts";
import type { ClusterFigures } from "../../core/bundle/manifest.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { publishWithClusters } from "../../core/bundle/publish-files.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { BundleId } from "../../core/domain/ids.ts";
import { readBundleLog } from "../read-bundle-log.ts";
import { sessionsOfBundle } from "./bundle-sessions.ts";
import { type ClusterTask, makeClusters } from "./make-clusters.ts";
import type { HeardSessions } from "./sample-queries.ts";

export interface IndexOptions extends Pick<ClusterTask, "seed" | "progress"> {
  readonly bundleFolder: string;
  /** Where the bundle with clusters is published. */
  readonly outFolder: string;
  /** A log whose last sessions the searches are measured on; the bundle's own where it is not
   *  given. */
  readonly logFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface IndexedBundle extends ClusterFigures {
  readonly bundle: BundleId;
  readonly clusters: number;
}

/** Publishes a bundle again with its tracks in clusters. Throws `bad_bundle`, `bad_log_folder`,
 *  `bad_configuration` where there are no sessions to measure on, and the reason of `signal`. */
export async function indexBundle(options: IndexOptions): Promise<IndexedBundle> {
  const { outFolder, signal, seed, progress } = options;
  const bundle = await openBundle(options.bundleFolder);
  const sessions = await sessionsFor(bundle, options);
  const stopCheck = () => signal?.throwIfAborted();
  const content = { ...bundle, blend: bundle.manifest.blend };
  const clusters = await makeClusters(content, sessions, { seed, progress, stopCheck });
  signal?.throwIfAborted();
  const id = await publishWithClusters(options.bundleFolder, outFolder, clusters);
  const { tracks, starts, codes: _codes, ...figures } = clusters;
  return { bundle: id, clusters: starts.length - 1, ...figures };
}

async function sessionsFor(
  bundle: Bundle,
  { logFolder, signal }: IndexOptions,
): Promise<HeardSessions> {
  if (logFolder !== undefined) return readBundleLog(logFolder, bundle, signal);
  const { neighbours } = bundle.sources;
  if (neighbours !== undefined) return sessionsOfBundle(bundle, neighbours);
  const message = "the bundle holds no sessions to measure searches on: give a log";
  throw new Failure("bad_configuration", message, { field: "log" });
}
