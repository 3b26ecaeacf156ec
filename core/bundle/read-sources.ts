import type { CoplayTable, NeighbourSessions, RunPlays, Sources } from "./bundle.ts";
import { findOff } from "./find-off.ts";
import type { CoplayManifest, Manifest, NeighboursManifest, RunsManifest } from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";
import type { FileReader } from "./read-files.ts";
import { compareRuns, SESSION_END } from "./run-order.ts";

/** Reads the sources beside the models and checks every number in their files: places that never
 *  go back, tracks that exist, shares above 0. */
export async function readSources(files: FileReader, manifest: Manifest): Promise<Sources> {
  const { neighbours, coplay, runs } = manifest.sources ?? {};
  const { count } = manifest.tracks;
  return {
    ...(neighbours && { neighbours: await readNeighbours(files, neighbours, count) }),
    ...(coplay && { coplay: await readCoplay(files, coplay, count) }),
    ...(runs && { runs: await readRuns(files, runs, count) }),
  };
}

async function readNeighbours(
  files: FileReader,
  manifest: NeighboursManifest,
  count: number,
): Promise<NeighbourSessions> {
  const { session_starts: starts, session_tracks: tracks, sessions, plays, ...settings } = manifest;
  const field = (key: keyof NeighboursManifest) => `sources.neighbours.${key}`;
  const sessionStarts = await files.integers(starts, field("session_starts"), sessions + 1);
  const sessionTracks = await files.integers(tracks, field("session_tracks"), plays);
  await checkPlaces(sessionStarts, starts, plays);
  await checkTracks(sessionTracks, tracks, count);
  return { ...settings, sessionStarts, sessionTracks };
}

async function readCoplay(
  files: FileReader,
  manifest: CoplayManifest,
  count: number,
): Promise<CoplayTable> {
  const { starts: startsFile, successors: tracksFile, shares: sharesFile } = manifest;
  const { pairs, tracks_max, decay, sharpness } = manifest;
  const field = (key: keyof CoplayManifest) => `sources.coplay.${key}`;
  const starts = await files.integers(startsFile, field("starts"), count + 1);
  const successors = await files.integers(tracksFile, field("successors"), pairs);
  const shares = await files.floats(sharesFile, field("shares"), pairs);
  await checkPlaces(starts, startsFile, pairs);
  await checkTracks(successors, tracksFile, count);
  const off = await findOff(shares, (share) => !(share > 0 && share <= 1));
  if (off >= 0) throw badBundle(sharesFile, `the share at ${off} is not above 0 and at most 1`);
  return { tracks_max, decay, sharpness, starts, successors, shares };
}

async function readRuns(
  files: FileReader,
  manifest: RunsManifest,
  count: number,
): Promise<RunPlays> {
  const { plays, followed, tracks_max, weight } = manifest;
  const field = (key: keyof RunsManifest) => `sources.runs.${key}`;
  const played = await files.integers(manifest.played, field("played"), plays);
  const places = await files.integers(manifest.places, field("places"), followed);
  await checkTracks(played, manifest.played, count, SESSION_END);
  const isTrack = (track: number | undefined) => (track ?? SESSION_END) !== SESSION_END;
  const off = await findOff(places, (place) => {
    return !isTrack(played[place]) || !isTrack(played[place + 1]);
  });
  if (off >= 0) throw badBundle(manifest.places, `no track follows the place at ${off}`);
  const back = await findOff(places, (place, at) => {
    return at > 0 && compareRuns(played, places[at - 1]!, place, tracks_max) > 0;
  });
  if (back >= 0) throw badBundle(manifest.places, `the place at ${back} is out of order`);
  return { tracks_max, weight, played, places };
}

/** Places begin at 0, never go back, and end where the file that they point into ends. */
export async function checkPlaces(places: Uint32Array, file: string, end: number): Promise<void> {
  if (places[0] !== 0) throw badBundle(file, "does not begin with 0");
  const back = await findOff(places, (place, at) => at > 0 && place < places[at - 1]!);
  if (back >= 0) throw badBundle(file, `the place at ${back} is before the one ahead of it`);
  if (places.at(-1) !== end) throw badBundle(file, `ends with ${places.at(-1)}, not ${end}`);
}

async function checkTracks(
  tracks: Uint32Array,
  file: string,
  count: number,
  mark?: number,
): Promise<void> {
  const unknown = await findOff(tracks, (track) => track >= count && track !== mark);
  if (unknown >= 0) throw badBundle(file, `the number at ${unknown} is no track`);
}
