import type { Bundle } from "../core/bundle/bundle.ts";
import { openBundleBeside } from "../core/bundle/open-beside.ts";
import { watchBundle } from "../core/bundle/watch-bundle.ts";
import type { BundleId } from "../core/domain/ids.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { NoticeWriter } from "./notices.ts";

export interface FollowedBundle {
  readonly folder: string;
  readonly servedId: BundleId;
  readonly take: (bundle: Bundle) => Promise<void>;
  readonly metrics: Metrics;
  readonly notices: NoticeWriter;
  readonly signal: AbortSignal;
}

/** Takes every bundle that is published into the folder, until `signal` is raised. Says what was
 *  taken or refused, and counts it. */
export function followBundle(followed: FollowedBundle): Promise<void> {
  const { folder, metrics, notices } = followed;
  const swaps = metrics.counter("segue_bundle_swaps_total");
  // What never happened is 0, so that its first time is a rise.
  for (const outcome of ["taken", "refused"]) swaps.inc({ outcome }, 0);
  return watchBundle({
    ...followed,
    open: openBundleBeside,
    nowMs: () => performance.now(),
    async take(bundle) {
      await followed.take(bundle);
      swaps.inc({ outcome: "taken" });
      notices.info(`took bundle ${bundle.manifest.id.slice(0, 12)}`);
    },
    refuse(cause) {
      swaps.inc({ outcome: "refused" });
      const message = `the bundle in ${folder} is refused, the one before stays`;
      notices.onNotice({ level: "error", message, cause });
    },
  });
}
