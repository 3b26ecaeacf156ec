import { NO_WEIGHTS } from "../../core/bundle/manifest.ts";
import type { BundleId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import { listenerHash } from "../../scorer/experiments/listener-hash.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";

/** A logged list of some tracks for a listener, at a time, with the changes of its last argument.
 */
export function loggedListOf(
  listener: string,
  madeAtMs: number,
  tracks: readonly string[],
  change: Partial<LoggedList> = {},
): LoggedList {
  return {
    id: `${listener}-${madeAtMs}`,
    madeAtMs,
    listener: listenerHash(listener as ListenerId, ""),
    bundle: "b1" as BundleId,
    rung: "blend",
    weights: NO_WEIGHTS,
    skips: 0,
    tracks: tracks.map((track) => {
      return { track: track as TrackId, score: 0, propensity: 1, arm: undefined, isNew: false };
    }),
    firstPage: undefined,
    firstPlace: 0,
    exploration: undefined,
    isConstrained: false,
    experiment: undefined,
    ...change,
  };
}
