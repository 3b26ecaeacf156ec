import type { TrackClusters } from "../../core/bundle/bundle.ts";
import { writeReaches } from "./cluster-reach.ts";
import { cosineScan } from "./cosine-scan.ts";
import type { Retriever } from "./retriever.ts";
import type { ScanLayout } from "./scan-layout.ts";
import { openScanSearch, type RowRanges } from "./scan-search.ts";
import { rowsRead } from "./scan-task.ts";

/** A search that does not read all tracks. */
export interface ClusterScan extends Retriever {
  /** How many tracks the last search read, beside those that a sparse source speaks of. */
  rowsRead(): number;
}

/** Where at most so many tracks are allowed, and so large a part of the catalogue, they are read
 *  one by one. */
const ALLOWED_MAX = 4096;
const ALLOWED_SHARE_MAX = 1 / 8;

/** Search in the clusters whose best track is expected among the best: `openScanSearch` over
 *  these. What is read is searched exactly, so a list can lack tracks but never has one with
 *  another score. `layout` is one of these clusters. */
export function clusterScan(
  layout: ScanLayout,
  { starts, reach }: Pick<TrackClusters, "starts" | "reach">,
): ClusterScan {
  const { space } = layout;
  const retrieve = openScanSearch(layout, {
    ranges: rangesOf(starts),
    writeReaches: (query) => writeReaches(layout, layout.clusters!, { ...query, reach }),
    allowedMax: Math.min(ALLOWED_MAX, ALLOWED_SHARE_MAX * layout.count),
  });
  return { space, retrieve, similar: cosineScan(layout), rowsRead: () => rowsRead(layout) };
}

function rangesOf(starts: Uint32Array): RowRanges {
  const ranges = new Uint32Array(2 * (starts.length - 1));
  for (let cluster = 0; cluster + 1 < starts.length; cluster++) {
    ranges[2 * cluster] = starts[cluster]!;
    ranges[2 * cluster + 1] = starts[cluster + 1]!;
  }
  return ranges;
}
