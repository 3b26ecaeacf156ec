import type { Bundle, TrackClusters } from "../../core/bundle/bundle.ts";
import type { ClusterFigures } from "../../core/bundle/manifest.ts";
import { Failure } from "../../core/domain/failure.ts";
import { type LaidOutCodes, layOutCodes } from "./code-layout.ts";
import { openCodeSearch } from "./code-search.ts";
import { exactScanOf } from "./exact-scan.ts";
import { openLayout } from "./model-vectors.ts";
import type { CodedClusters } from "./part-layout.ts";
import type { Retriever, TrackSpace } from "./retriever.ts";
import { type LaidOutTracks, layOut } from "./scan-layout.ts";
import type { SearchReach } from "./search-reach.ts";

/** Clusters that let a search find less of the best tracks than this are not used. */
export const RECALL_MIN = 0.95;

/** A bundle's tracks as its search needs them: by the codes of its clusters where it has some that
 *  find enough, for an exact scan otherwise. */
export type LaidOutSearch =
  | { readonly kind: "codes"; readonly tracks: LaidOutCodes; readonly how: SearchReach }
  | { readonly kind: "all"; readonly tracks: LaidOutTracks };

export function layOutSearch(
  { clusters }: Pick<Bundle, "clusters">,
  space: TrackSpace,
): LaidOutSearch {
  const used = usedClusters(clusters);
  if (used === undefined) return { kind: "all", tracks: layOut(space) };
  return { kind: "codes", tracks: layOutCodes(space, used), how: searchReach(used) };
}

/** How far searches go in a bundle's clusters. */
export function searchReach(
  clusters: Pick<TrackClusters, keyof ClusterFigures> & CodedClusters,
): SearchReach {
  const { reach, reach_at_100: deepReach, margin_at_100: deepMargin } = clusters;
  const isDeep = deepReach !== undefined && deepMargin !== undefined;
  const deep = isDeep ? { reach: deepReach, margin: deepMargin } : undefined;
  return { reach, margin: clusters.codes.margin, deep };
}

function usedClusters(
  clusters: TrackClusters | undefined,
): (TrackClusters & CodedClusters) | undefined {
  if (clusters?.codes === undefined || clusters.recall_at_100 < RECALL_MIN) return undefined;
  return { ...clusters, codes: clusters.codes };
}

/** The search of a bundle whose tracks are laid out. */
export function openRetriever(
  { clusters }: Pick<Bundle, "clusters">,
  laidOut: LaidOutSearch,
  notice: (failure: Failure) => void,
): Retriever {
  if (laidOut.kind === "codes") return openCodeSearch(openLayout(laidOut.tracks), laidOut.how);
  if (clusters !== undefined) notice(whyUnused(clusters));
  return exactScanOf(openLayout(laidOut.tracks));
}

function whyUnused({ codes, recall_at_100: recall }: TrackClusters): Failure {
  const [field, why] =
    codes === undefined
      ? ["clusters.codes", "the clusters have no codes for their tracks"]
      : [
          "clusters.recall_at_100",
          `the clusters find ${recall} of the best, less than ${RECALL_MIN}`,
        ];
  return new Failure("bad_bundle", `${why}: every search reads all tracks`, { field });
}
