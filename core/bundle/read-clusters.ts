import type { TrackClusters } from "./bundle.ts";
import type { ClustersManifest } from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";
import type { FileReader } from "./read-files.ts";
import { checkPlaces } from "./read-sources.ts";

/** Reads the clusters of a catalogue of `count` tracks and checks that each track is in one. */
export async function readClusters(
  files: FileReader,
  manifest: ClustersManifest,
  count: number,
): Promise<TrackClusters> {
  const { tracks: tracksFile, starts: startsFile, count: clusters, ...figures } = manifest;
  const tracks = await files.integers(tracksFile, "clusters.tracks", count);
  const starts = await files.integers(startsFile, "clusters.starts", clusters + 1);
  await checkPlaces(starts, startsFile, count);
  const isThere = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const track = tracks[at]!;
    if (track >= count) throw badBundle(tracksFile, `the number at ${at} is no track`);
    if (isThere[track] === 1) throw badBundle(tracksFile, `has track ${track} twice`);
    isThere[track] = 1;
  }
  return { ...figures, tracks, starts };
}
