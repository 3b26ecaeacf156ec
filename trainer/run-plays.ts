import type { RunPlays } from "../core/bundle/bundle.ts";
import { compareRuns, SESSION_END } from "../core/bundle/run-order.ts";
import type { CoplayConfig } from "./config.ts";
import type { Sequences } from "./sequences.ts";
import { wantedTracks } from "./wanted-tracks.ts";

/** The newest of `sessions`, in order of time, as a suffix array of their plays read backwards.
 *  Undefined where no run of two tracks is followed by another, or none shall be looked up. */
export function runPlays(
  sequences: Sequences,
  sessions: Int32Array,
  config: Pick<CoplayConfig, "runTracksMax" | "runWeight" | "runPlaysMax">,
): RunPlays | undefined {
  const { runTracksMax, runWeight, runPlaysMax } = config;
  if (runTracksMax < 2) return undefined;
  const lists: Uint32Array[] = [];
  let length = 0;
  for (let at = sessions.length - 1; at >= 0; at--) {
    const tracks = wantedTracks(sequences, sessions[at]!);
    if (tracks.length < 2) continue;
    if (length + tracks.length + 1 > runPlaysMax) break;
    lists.push(tracks);
    length += tracks.length + 1;
  }
  if (!lists.some((tracks) => tracks.length > 2)) return undefined;
  const played = new Uint32Array(length).fill(SESSION_END);
  const places = new Uint32Array(length - 2 * lists.length);
  let [start, found] = [0, 0];
  for (const tracks of lists.toReversed()) {
    played.set(tracks, start);
    for (let at = 0; at + 1 < tracks.length; at++) places[found++] = start + at;
    start += tracks.length + 1;
  }
  places.sort((one, other) => compareRuns(played, one, other, runTracksMax) || one - other);
  return { tracks_max: runTracksMax, weight: runWeight, played, places };
}
