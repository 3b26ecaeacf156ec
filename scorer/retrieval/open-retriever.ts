import type { Bundle } from "../../core/bundle/bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { Steps } from "../run-in-steps.ts";
import { clusterScanInSteps } from "./cluster-scan.ts";
import { exactScanInSteps } from "./exact-scan.ts";
import type { Retriever, TrackSpace } from "./retriever.ts";

/** Clusters that let a search find less of the best tracks than this are not used. */
export const RECALL_MIN = 0.95;

/** The search of a bundle: in its clusters where it has some that find enough, exact otherwise.
 *  Yields between steps of some milliseconds. */
export function* openRetriever(
  { clusters }: Pick<Bundle, "clusters">,
  space: TrackSpace,
  notice: (failure: Failure) => void,
): Steps<Retriever> {
  if (clusters === undefined) return yield* exactScanInSteps(space);
  const { recall_at_100: recall } = clusters;
  if (recall >= RECALL_MIN) return yield* clusterScanInSteps(space, clusters);
  const message = `the clusters find ${recall} of the best tracks, less than ${RECALL_MIN}`;
  const field = "clusters.recall_at_100";
  notice(new Failure("bad_bundle", `${message}: every search reads all tracks`, { field }));
  return yield* exactScanInSteps(space);
}
