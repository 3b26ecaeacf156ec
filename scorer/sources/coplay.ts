import type { CoplayTable, RunPlays } from "../../core/bundle/bundle.ts";
import { findRuns } from "./runs.ts";
import { eachOnce, newTally, type SparseSource } from "./sparse-source.ts";

/** What was played after the session's last tracks: a track that came n tracks before the last one
 *  counts decayⁿ. To that comes what was played after runs of the last tracks, where there are
 *  `runs`.
 *  Source: Ludewig and Jannach 2018, arXiv 1803.09587, section 3.1 (sequential rules). */
export function coplaySource(
  table: CoplayTable,
  runs: RunPlays | undefined,
  count: number,
): SparseSource {
  const { starts, successors, shares, tracks_max: tracksMax, decay, sharpness } = table;
  const tally = newTally(count);
  const visitRuns = runs && findRuns(runs);
  return (session) => {
    const latest = eachOnce(session);
    for (let back = 0; back < Math.min(tracksMax, latest.length); back++) {
      const track = latest[back]!;
      const weight = decay ** back;
      for (let at = starts[track]!; at < starts[track + 1]!; at++) {
        tally.add(successors[at]!, weight * shares[at]!);
      }
    }
    visitRuns?.(session, tally.add);
    return tally.take(sharpness);
  };
}
