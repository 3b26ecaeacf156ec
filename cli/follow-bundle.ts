import { type BundleWatch, type OpenedBundle, watchBundle } from "../core/bundle/watch-bundle.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { NoticeWriter } from "./notices.ts";

export interface FollowedBundle<Opened extends OpenedBundle>
  extends Pick<BundleWatch<Opened>, "folder" | "servedId" | "open" | "take" | "signal"> {
  readonly metrics: Metrics;
  readonly notices: NoticeWriter;
}

/** Takes every bundle that is published into the folder, until `signal` is raised. Says what was
 *  taken or refused, and counts it. */
export function followBundle<Opened extends OpenedBundle>(
  followed: FollowedBundle<Opened>,
): Promise<void> {
  const { folder, metrics, notices } = followed;
  const swaps = metrics.counter("segue_bundle_swaps_total");
  // What never happened is 0, so that its first time is a rise.
  for (const outcome of ["taken", "refused"]) swaps.inc({ outcome }, 0);
  return watchBundle({
    ...followed,
    nowMs: () => performance.now(),
    async take(opened) {
      await followed.take(opened);
      swaps.inc({ outcome: "taken" });
      notices.info(`took bundle ${opened.bundle.manifest.id.slice(0, 12)}`);
    },
    refuse(cause) {
      swaps.inc({ outcome: "refused" });
      const message = `the bundle in ${folder} is refused, the one before stays`;
      notices.onNotice({ level: "error", message, cause });
    },
  });
}
