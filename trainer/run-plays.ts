import type { RunPlays } from "../core/bundle/bundle.ts";
import { compareRuns, SESSION_END } from "../core/bundle/run-order.ts";
import type { CoplayConfig } from "./config.ts";
import type { Sequences } from "./sequences.ts";
import { countWanted, wantedTracks } from "./wanted-tracks.ts";

/** The newest of `sessions`, in order of time, as a suffix array of their plays read backwards.
 *  Undefined where no run of two tracks is followed by another, or none shall be looked up. */
export function runPlays(
  sequences: Sequences,
  sessions: Int32Array,
  config: Pick<CoplayConfig, "runTracksMax" | "runWeight" | "runPlaysMax">,
): RunPlays | undefined {
  const { runTracksMax, runWeight, runPlaysMax } = config;
  if (runTracksMax < 2) return undefined;
  const newest = newestSessions(sequences, sessions, runPlaysMax);
  if (newest.tracksMax < 3) return undefined;
  const played = new Uint32Array(newest.length).fill(SESSION_END);
  const places = new Uint32Array(newest.length - 2 * newest.count);
  let [start, found] = [0, 0];
  for (const session of sessions.subarray(newest.from)) {
    const tracks = wantedTracks(sequences, session);
    if (tracks.length < 2) continue;
    played.set(tracks, start);
    for (let at = 0; at + 1 < tracks.length; at++) places[found++] = start + at;
    start += tracks.length + 1;
  }
  sortRuns(places, played, { tracks: sequences.trackIds.length, runTracksMax });
  return { tracks_max: runTracksMax, weight: runWeight, played, places };
}

/** The newest sessions of two wanted tracks or more that have room: the place of the oldest, how
 *  many they are, how many tracks the longest has, and how long all are with an end for each. */
function newestSessions(sequences: Sequences, sessions: Int32Array, playsMax: number) {
  let [from, count, tracksMax, length] = [sessions.length, 0, 0, 0];
  for (let at = sessions.length - 1; at >= 0; at--) {
    const tracks = countWanted(sequences, sessions[at]!);
    if (tracks < 2) continue;
    if (length + tracks + 1 > playsMax) break;
    from = at;
    count++;
    length += tracks + 1;
    tracksMax = Math.max(tracksMax, tracks);
  }
  return { from, count, tracksMax, length };
}

/** Sorts in place by the last track first and then within each track, since one sort of all places
 *  takes several times their memory. */
function sortRuns(
  places: Uint32Array,
  played: Uint32Array,
  { tracks, runTracksMax }: { readonly tracks: number; readonly runTracksMax: number },
): void {
  const ends = new Uint32Array(tracks + 1);
  for (const place of places) ends[played[place]! + 1]! += 1;
  for (let track = 0; track < tracks; track++) ends[track + 1]! += ends[track]!;
  for (const place of places.slice()) places[ends[played[place]!]!++] = place;
  for (let track = 0, start = 0; track < tracks; track++) {
    places
      .subarray(start, ends[track]!)
      .sort((one, other) => compareRuns(played, one, other, runTracksMax) || one - other);
    start = ends[track]!;
  }
}
