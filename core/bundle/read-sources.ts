import type { CoplayTable, NeighbourSessions, Sources } from "./bundle.ts";
import type { CoplayManifest, Manifest, NeighboursManifest } from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";
import type { FileReader } from "./read-files.ts";

/** Reads the sources beside the models and checks every number in their files: places that never
 *  go back, tracks that exist, shares above 0. */
export async function readSources(files: FileReader, manifest: Manifest): Promise<Sources> {
  const { neighbours, coplay } = manifest.sources ?? {};
  const { count } = manifest.tracks;
  return {
    ...(neighbours && { neighbours: await readNeighbours(files, neighbours, count) }),
    ...(coplay && { coplay: await readCoplay(files, coplay, count) }),
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
  checkPlaces(sessionStarts, starts, plays);
  checkTracks(sessionTracks, tracks, count);
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
  checkPlaces(starts, startsFile, pairs);
  checkTracks(successors, tracksFile, count);
  const off = shares.findIndex((share) => !(share > 0 && share <= 1));
  if (off >= 0) throw badBundle(sharesFile, `the share at ${off} is not above 0 and at most 1`);
  return { tracks_max, decay, sharpness, starts, successors, shares };
}

/** Places begin at 0, never go back, and end where the file that they point into ends. */
function checkPlaces(places: Uint32Array, file: string, end: number): void {
  if (places[0] !== 0) throw badBundle(file, "does not begin with 0");
  const back = places.findIndex((place, at) => at > 0 && place < places[at - 1]!);
  if (back >= 0) throw badBundle(file, `the place at ${back} is before the one ahead of it`);
  if (places.at(-1) !== end) throw badBundle(file, `ends with ${places.at(-1)}, not ${end}`);
}

function checkTracks(tracks: Uint32Array, file: string, count: number): void {
  const unknown = tracks.findIndex((track) => track >= count);
  if (unknown >= 0) throw badBundle(file, `the number at ${unknown} is no track`);
}
