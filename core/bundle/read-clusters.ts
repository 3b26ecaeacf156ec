import type { TrackClusters, TrackCodes } from "./bundle.ts";
import {
  type ClustersManifest,
  CODE_VALUES,
  CODES_PER_WORD,
  type CodesManifest,
  type Manifest,
} from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";
import type { FileReader } from "./read-files.ts";
import { checkPlaces } from "./read-sources.ts";

/** Reads a catalogue's clusters and checks that each track is in one, and that codes are of its
 *  models. */
export async function readClusters(
  files: FileReader,
  manifest: Pick<Manifest, "tracks" | "models"> & { readonly clusters: ClustersManifest },
): Promise<TrackClusters> {
  const { count } = manifest.tracks;
  const { tracks: tracksFile, starts: startsFile, count: clusters, ...rest } = manifest.clusters;
  const { codes, ...figures } = rest;
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
  const columns = columnsOf(manifest);
  return {
    ...figures,
    ...{ tracks, starts },
    ...(codes && { codes: await readCodes(files, codes, { count, columns, starts }) }),
  };
}

/** W: each model's vector and bias, and popularity. */
function columnsOf({ models }: Pick<Manifest, "models">): number {
  return Object.values(models).reduce((sum, { dimension }) => sum + dimension + 1, 1);
}

async function readCodes(
  files: FileReader,
  { margin, subspaces, coordinates, part_count: partCount, ...names }: CodesManifest,
  { count, columns, starts }: { count: number; columns: number; starts: Uint32Array },
): Promise<TrackCodes> {
  const field = (key: keyof CodesManifest) => `clusters.codes.${key}`;
  const axes = await files.floats(names.axes, field("axes"), coordinates * columns);
  const widths = await files.integers(names.widths, field("widths"), subspaces);
  if (widths.reduce((sum, width) => sum + width, 0) !== coordinates) {
    throw badBundle(names.widths, `does not add up to ${coordinates} coordinates`);
  }
  const books = await files.floats(names.books, field("books"), coordinates * CODE_VALUES);
  const words = (count * subspaces) / CODES_PER_WORD;
  const codes = await files.integers(names.codes, field("codes"), words);
  const { parts: file } = names;
  if (file === undefined || partCount === undefined) return { margin, axes, widths, books, codes };
  const parts = await files.integers(file, field("parts"), partCount + 1);
  await checkPlaces(parts, file, count);
  checkWithin(starts, parts, file);
  return { margin, axes, widths, books, codes, parts };
}

/** Every cluster begins where a part does. */
function checkWithin(starts: Uint32Array, parts: Uint32Array, file: string): void {
  let part = 0;
  for (const [cluster, start] of starts.entries()) {
    while (parts[part]! < start) part++;
    if (parts[part] !== start) throw badBundle(file, `has a part across cluster ${cluster}`);
  }
}
