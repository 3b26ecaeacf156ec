import type { Bundle, TrackClusters } from "../../core/bundle/bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import { clusterScan } from "./cluster-scan.ts";
import { exactScanOf } from "./exact-scan.ts";
import type { Retriever } from "./retriever.ts";
import { type LaidOutTracks, openLayout } from "./scan-layout.ts";

/** Clusters that let a search find less of the best tracks than this are not used. */
export const RECALL_MIN = 0.95;

/** The clusters by which a bundle's tracks are laid out: undefined where it has none that find
 *  enough. */
export function usedClusters({ clusters }: Pick<Bundle, "clusters">): TrackClusters | undefined {
  return clusters !== undefined && clusters.recall_at_100 >= RECALL_MIN ? clusters : undefined;
}

/** The search of a bundle whose tracks are laid out by `usedClusters`: in these where there are
 *  some, exact otherwise. */
export function openRetriever(
  bundle: Pick<Bundle, "clusters">,
  tracks: LaidOutTracks,
  notice: (failure: Failure) => void,
): Retriever {
  const layout = openLayout(tracks);
  const clusters = usedClusters(bundle);
  if (clusters !== undefined) return clusterScan(layout, clusters);
  if (bundle.clusters !== undefined) notice(findsTooLittle(bundle.clusters));
  return exactScanOf(layout);
}

function findsTooLittle({ recall_at_100: recall }: TrackClusters): Failure {
  const message = `the clusters find ${recall} of the best tracks, less than ${RECALL_MIN}`;
  const field = "clusters.recall_at_100";
  return new Failure("bad_bundle", `${message}: every search reads all tracks`, { field });
}
