import { Failure } from "../../core/domain/failure.ts";
import { type Sequences, trackSupport } from "../sequences.ts";

/** Leaves tracks with fewer than `trackSupportMin` events out of the vocabulary; the events are
 *  still heard, as of an unknown track. Numbers the others anew, those first that `ranked` sessions
 *  hold most often, ties by the number before. The log is used up: its memory holds the result.
 *  Throws `bad_configuration` where no track is left. */
export function minimumSupport(
  log: Sequences,
  trackSupportMin: number,
  ranked: Pick<Sequences, "sessionEnds"> & { readonly sessions: Int32Array },
): Sequences {
  const support = trackSupport(log, log.sessionOrder);
  const plays = trackSupport({ ...log, sessionEnds: ranked.sessionEnds }, ranked.sessions);
  const kept = Int32Array.from(log.trackIds.keys())
    .filter((track) => support[track]! >= trackSupportMin)
    .sort((one, other) => plays[other]! - plays[one]! || one - other);
  if (kept.length === 0) {
    const message = `no track of the log has ${trackSupportMin} events`;
    throw new Failure("bad_configuration", message, { field: "trackSupportMin" });
  }
  const indices = new Int32Array(support.length).fill(-1);
  for (const [index, track] of kept.entries()) indices[track] = index;
  const { track } = log;
  for (let event = 0; event < track.length; event++) track[event] = indices[track[event]!] ?? -1;
  return { ...log, trackIds: Array.from(kept, (one) => log.trackIds[one]!) };
}
