import type { Bundle } from "../../core/bundle/bundle.ts";
import type { Options } from "../command.ts";
import { type HealthEndpoint, startHealthEndpoint } from "../health-endpoint.ts";
import { segueVersion } from "../version.ts";
import { watchLiveHeap } from "./live-heap.ts";
import type { Metrics } from "./metrics.ts";

/** Probes and scrapes come from other machines. */
export const HEALTH_HOST = "0.0.0.0";

/** What a process tells over HTTP, and of itself to Prometheus. Undefined where no `--health-port`
 *  is given. */
export async function healthOf(
  options: Options,
  { metrics, bundle }: { readonly metrics: Metrics; readonly bundle: () => Bundle },
): Promise<HealthEndpoint | undefined> {
  const port = options.numberIfGiven("health-port");
  if (port === undefined) return undefined;
  const text = () => metrics.text();
  const health = await startHealthEndpoint({ host: HEALTH_HOST, port, metrics: text });
  showProcess(metrics, { bundle, isReady: health.isReady });
  return health;
}

/** Shows version, bundle, readiness and what the heap holds, as they are when a scrape asks. */
export function showProcess(
  metrics: Metrics,
  { bundle, isReady }: { readonly bundle: () => Bundle; readonly isReady: () => boolean },
): void {
  metrics.gauge("segue_build_info").set({ version: segueVersion(), node: process.version }, 1);
  const info = metrics.gauge("segue_bundle_info");
  const liveHeapBytes = watchLiveHeap();
  metrics.beforeScrape(() => {
    const { manifest, trackIds } = bundle();
    info.reset();
    info.set({ bundle: manifest.id.slice(0, 12) }, 1);
    metrics.gauge("segue_bundle_tracks").set(trackIds.length);
    metrics.gauge("segue_live_heap_bytes").set(liveHeapBytes());
    metrics.gauge("segue_ready").set(isReady() ? 1 : 0);
  });
}
