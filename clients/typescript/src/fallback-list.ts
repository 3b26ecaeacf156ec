import type { NextTracksRequest } from "../../../proto/gen/segue/v1/recommender.ts";
import type { ClientFailure, ClientFailureCode } from "./client-failure.ts";

/** Where the caller is at fault, a list would hide it. */
const CALLERS_FAULT: ReadonlySet<ClientFailureCode> = new Set([
  "bad_request",
  "not_allowed",
  "closed",
]);
const TRACKS_DEFAULT = 20;

/** The caller's own tracks as an answer to `request`: at most `k`, none that it excludes and none
 *  that its pending events name. Undefined where the failure has to be told instead. */
export function fallbackList(
  tracks: readonly string[],
  request: NextTracksRequest,
  failure: ClientFailure,
): readonly string[] | undefined {
  if (tracks.length === 0 || CALLERS_FAULT.has(failure.code)) return undefined;
  const unwanted = new Set([
    ...request.excludeTracks,
    ...request.pending.map((event) => event.track),
  ]);
  return tracks.filter((track) => !unwanted.has(track)).slice(0, request.k ?? TRACKS_DEFAULT);
}
