import { setImmediate as othersRun } from "node:timers/promises";
import { trackHash } from "../domain/hash.ts";
import {
  ID_BYTES_MAX,
  type ModelName,
  type TrackHash,
  type TrackId,
  type TrackIndex,
} from "../domain/ids.ts";
import type { Bundle, Model } from "./bundle.ts";
import { checkGolden, parseGolden } from "./golden.ts";
import { createStepRunner } from "./graph-runner.ts";
import { BUNDLE_LIMITS as LIMITS } from "./limits.ts";
import { featureWidth, type Manifest, type ModelManifest } from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";
import { parseManifest } from "./parse-manifest.ts";
import { readClusters } from "./read-clusters.ts";
import {
  decodeText,
  type FileReader,
  fileReader,
  MANIFEST_NAME,
  type ManifestName,
  readManifestText,
} from "./read-files.ts";
import { readSources } from "./read-sources.ts";

/** How many tracks are indexed before others may use the thread again. */
const CHUNK_TRACKS = 8192;

/** Opens the bundle of a folder, or the one published before it, and checks all of it: manifest,
 *  id, the size and SHA-256 of every file, ids, vectors, graphs, and that the graphs reproduce
 *  their golden outputs on this machine. Everything is in memory afterwards; the folder may change.
 *  Fails with `bad_bundle`, the field being the manifest key or the file at fault. */
export async function openBundle(
  folder: string,
  manifestName: ManifestName = MANIFEST_NAME,
  startRunner: typeof createStepRunner = createStepRunner,
): Promise<Bundle> {
  const manifest = parseManifest(await readManifestText(folder, manifestName));
  const files = fileReader(folder, manifest.files);
  const { count } = manifest.tracks;
  const { trackIds, byHash } = await readTracks(files, manifest.tracks);
  const popularity = await files.floats(manifest.tracks.popularity, "tracks.popularity", count);
  const models: Partial<Record<ModelName, Model>> = {};
  for (const [name, model] of Object.entries(manifest.models) as [ModelName, ModelManifest][]) {
    models[name] = await readModel(files, name, model, count);
  }
  const sources = await readSources(files, manifest);
  const clusters = manifest.clusters && (await readClusters(files, manifest.clusters, count));
  await reproduceGolden(files, manifest, { models, startRunner });
  return Object.freeze({
    manifest,
    trackIds,
    models,
    popularity,
    sources,
    ...(clusters && { clusters }),
    indexOf: (track: TrackId) => {
      const index = byHash.get(trackHash(track));
      return index !== undefined && trackIds[index] === track ? index : undefined;
    },
    indexOfHash: (hash: TrackHash) => byHash.get(hash),
  });
}

interface TrackTable {
  readonly trackIds: readonly TrackId[];
  readonly byHash: ReadonlyMap<TrackHash, TrackIndex>;
}

/** Refuses two tracks of one id, and two of one hash: records know tracks by their hashes. */
async function readTracks(
  files: FileReader,
  { count, ids: file }: Manifest["tracks"],
): Promise<TrackTable> {
  const sizes = { least: 2 * count, most: (ID_BYTES_MAX + 1) * count };
  const text = decodeText(await files.bytes(file, "tracks.ids", sizes), file);
  const trackIds: TrackId[] = [];
  const byHash = new Map<TrackHash, TrackIndex>();
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    if (end < 0) throw badBundle(file, "the last line has no end");
    const index = trackIds.length as TrackIndex;
    const id = checkedId(text.slice(from, end), index, file);
    const hash = trackHash(id);
    const earlier = byHash.get(hash);
    if (earlier !== undefined) {
      const what = trackIds[earlier] === id ? "id" : "hash";
      throw badBundle(file, `tracks ${earlier} and ${index} have the same ${what}`);
    }
    trackIds.push(id);
    byHash.set(hash, index);
    from = end + 1;
    if (index % CHUNK_TRACKS === 0) await othersRun();
  }
  if (trackIds.length !== count) {
    throw badBundle(file, `has ${trackIds.length} lines, tracks.count says ${count}`);
  }
  return { trackIds, byHash };
}

function checkedId(id: string, index: number, file: string): TrackId {
  // A UTF-16 unit is at most 3 bytes of UTF-8, so short ids need not be measured.
  const tooLong = id.length * 3 > ID_BYTES_MAX && Buffer.byteLength(id) > ID_BYTES_MAX;
  if (id === "" || tooLong) {
    throw badBundle(file, `the id of track ${index} must have 1 to ${ID_BYTES_MAX} bytes`);
  }
  return id as TrackId;
}

async function readModel(
  files: FileReader,
  name: ModelName,
  model: ModelManifest,
  count: number,
): Promise<Model> {
  const field = (key: keyof ModelManifest) => `models.${name}.${key}`;
  const vectors = async (side: "input" | "output") => {
    const { [`${side}_vectors` as const]: name, [`${side}_scales` as const]: scales } = model;
    const shape = { field: field(`${side}_vectors`), count, width: model.dimension };
    if (scales === undefined) return files.floats(name, shape.field, count * shape.width);
    return files.int8Rows(name, { ...shape, scales, scalesField: field(`${side}_scales`) });
  };
  const graph = (key: "step" | "taste" | "skip", file: string) =>
    files.bytes(file, field(key), { least: 1, most: LIMITS.graphBytesMax });
  return {
    name,
    hidden: model.hidden,
    dimension: model.dimension,
    features: model.features,
    featureWidth: featureWidth(model.features),
    inputVectors: await vectors("input"),
    outputVectors: await vectors("output"),
    outputBias:
      model.output_bias === null
        ? new Float32Array(count)
        : await files.floats(model.output_bias, field("output_bias"), count),
    step: await graph("step", model.step),
    taste: await graph("taste", model.taste),
    ...(model.skip !== undefined && { skip: await graph("skip", model.skip) }),
  };
}

async function reproduceGolden(
  files: FileReader,
  manifest: Manifest,
  how: { readonly models: Bundle["models"]; readonly startRunner: typeof createStepRunner },
): Promise<void> {
  const runner = await how.startRunner({ models: how.models });
  try {
    for (const [name, model] of Object.entries(manifest.models) as [ModelName, ModelManifest][]) {
      const sizes = { least: 1, most: LIMITS.goldenBytesMax };
      const bytes = await files.bytes(model.golden, `models.${name}.golden`, sizes);
      const golden = parseGolden(decodeText(bytes, model.golden), model, model.golden);
      await checkGolden(runner, name, golden, model.golden);
    }
  } finally {
    await runner.close();
  }
}
