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
import { decodeText, type FileReader, fileReader, readManifestText } from "./read-files.ts";

/** How many tracks are indexed before others may use the thread again. */
const CHUNK_TRACKS = 65_536;

/** Opens the bundle of a folder and checks all of it: manifest, id, the size and SHA-256 of every
 *  file, ids, vectors, graphs, and that the graphs reproduce their golden outputs on this machine.
 *  Everything is in memory afterwards; the folder may change. Fails with `bad_bundle`, the field
 *  being the manifest key or the file at fault. */
export async function openBundle(folder: string): Promise<Bundle> {
  const manifest = parseManifest(await readManifestText(folder));
  const files = fileReader(folder, manifest.files);
  const { count } = manifest.tracks;
  const trackIds = await readTrackIds(files, manifest.tracks);
  const byHash = await indexByHash(trackIds, manifest.tracks.ids);
  const popularity = await files.floats(manifest.tracks.popularity, "tracks.popularity", count);
  const models: Partial<Record<ModelName, Model>> = {};
  for (const [name, model] of Object.entries(manifest.models) as [ModelName, ModelManifest][]) {
    models[name] = await readModel(files, name, model, count);
  }
  await reproduceGolden(files, manifest, models);
  return Object.freeze({
    manifest,
    trackIds,
    models,
    popularity,
    indexOf: (track: TrackId) => {
      const index = byHash.get(trackHash(track));
      return index !== undefined && trackIds[index] === track ? index : undefined;
    },
    indexOfHash: (hash: TrackHash) => byHash.get(hash),
  });
}

async function readTrackIds(
  files: FileReader,
  { count, ids }: Manifest["tracks"],
): Promise<readonly TrackId[]> {
  const sizes = { least: 2 * count, most: (ID_BYTES_MAX + 1) * count };
  const lines = decodeText(await files.bytes(ids, "tracks.ids", sizes), ids).split("\n");
  if (lines.pop() !== "") throw badBundle(ids, "the last line has no end");
  if (lines.length !== count) {
    throw badBundle(ids, `has ${lines.length} lines, tracks.count says ${count}`);
  }
  for (const [index, id] of lines.entries()) {
    // A UTF-16 unit is at most 3 bytes of UTF-8, so short ids need not be measured.
    const tooLong = id.length * 3 > ID_BYTES_MAX && Buffer.byteLength(id) > ID_BYTES_MAX;
    if (id === "" || tooLong) {
      throw badBundle(ids, `the id of track ${index} must have 1 to ${ID_BYTES_MAX} bytes`);
    }
  }
  return lines as TrackId[];
}

/** Refuses two tracks of one id, and two of one hash: records know tracks by their hashes. */
async function indexByHash(
  trackIds: readonly TrackId[],
  file: string,
): Promise<Map<TrackHash, TrackIndex>> {
  const byHash = new Map<TrackHash, TrackIndex>();
  for (const [index, id] of trackIds.entries()) {
    const hash = trackHash(id);
    const earlier = byHash.get(hash);
    if (earlier !== undefined) {
      const what = trackIds[earlier] === id ? "id" : "hash";
      throw badBundle(file, `tracks ${earlier} and ${index} have the same ${what}`);
    }
    byHash.set(hash, index as TrackIndex);
    if (index % CHUNK_TRACKS === 0) await othersRun();
  }
  return byHash;
}

async function readModel(
  files: FileReader,
  name: ModelName,
  model: ModelManifest,
  count: number,
): Promise<Model> {
  const field = (key: keyof ModelManifest) => `models.${name}.${key}`;
  const vectors = (key: "input_vectors" | "output_vectors") =>
    files.floats(model[key], field(key), count * model.dimension);
  const graph = (key: "step" | "taste") =>
    files.bytes(model[key], field(key), { least: 1, most: LIMITS.graphBytesMax });
  return {
    name,
    hidden: model.hidden,
    dimension: model.dimension,
    features: model.features,
    featureWidth: featureWidth(model.features),
    inputVectors: await vectors("input_vectors"),
    outputVectors: await vectors("output_vectors"),
    outputBias:
      model.output_bias === null
        ? new Float32Array(count)
        : await files.floats(model.output_bias, field("output_bias"), count),
    step: await graph("step"),
    taste: await graph("taste"),
  };
}

async function reproduceGolden(
  files: FileReader,
  manifest: Manifest,
  models: Bundle["models"],
): Promise<void> {
  const runner = await createStepRunner({ models });
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
