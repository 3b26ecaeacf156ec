import type { CoplayTable } from "../../core/bundle/bundle.ts";
import { newTally, type SparseSource } from "./sparse-source.ts";

/** What was played after the session's last tracks: a track that came n tracks before the last one
 *  counts decayⁿ.
 *  Source: Ludewig and Jannach 2018, arXiv 1803.09587, section 3.1 (sequential rules). */
export function coplaySource(table: CoplayTable, count: number): SparseSource {
  const { starts, successors, shares, tracks_max: tracksMax, decay, sharpness } = table;
  const tally = newTally(count);
  return (session) => {
    for (const [back, track] of session.slice(0, tracksMax).entries()) {
      const weight = decay ** back;
      for (let at = starts[track]!; at < starts[track + 1]!; at++) {
        tally.add(successors[at]!, weight * shares[at]!);
      }
    }
    return tally.take(sharpness);
  };
}
