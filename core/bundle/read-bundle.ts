import { setImmediate as othersRun } from "node:timers/promises";
import { trackHash } from "../domain/hash.ts";
import { ID_BYTES_MAX, type ModelName, type TrackId, type TrackIndex } from "../domain/ids.ts";
import type { BundleData, Model } from "./bundle.ts";
import { checkGolden, parseGolden } from "./golden.ts";
import { createStepRunner } from "./graph-runner.ts";
import { HIDDEN_BITS_DEFAULT } from "./hidden-bits.ts";
import { BUNDLE_LIMITS as LIMITS } from "./limits.ts";
import { featureWidth, type Manifest, type ModelManifest } from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";
import { parseManifest } from "./parse-manifest.ts";
import { readClusters } from "./read-clusters.ts";
import {
  decodeText,
  type FileReader,
  fileReader,
  type ManifestName,
  readManifestText,
} from "./read-files.ts";
import { readSources } from "./read-sources.ts";
import { addToTable, newTrackTable } from "./track-table.ts";

/** How many tracks are indexed before others may use the thread. */
const CHUNK_TRACKS = 8192;

/** Reads the bundle of a folder, or the one published before it, and checks all of it: manifest,
 *  id, the size and SHA-256 of every file, ids, vectors, graphs, and that the graphs reproduce
 *  their golden outputs on this machine. Everything is in memory afterwards; the folder may change.
 *  Fails with `bad_bundle`, the field being the manifest key or the file at fault. */
export async function readBundle({ folder, manifestName }: BundlePlace): Promise<BundleData> {
  const manifest = parseManifest(await readManifestText(folder, manifestName));
  const files = fileReader(folder, manifest.files);
  const { count } = manifest.tracks;
  const { ids, table } = await readTracks(files, manifest.tracks);
  const popularity = await files.floats(manifest.tracks.popularity, "tracks.popularity", count);
  const models: Partial<Record<ModelName, Model>> = {};
  for (const [name, model] of Object.entries(manifest.models) as [ModelName, ModelManifest][]) {
    models[name] = await readModel(files, name, model, count);
  }
  const sources = await readSources(files, manifest);
  const { clusters: groups } = manifest;
  const clusters = groups && (await readClusters(files, { ...manifest, clusters: groups }));
  await reproduceGolden(files, manifest, models);
  return { manifest, ids, table, models, popularity, sources, ...(clusters && { clusters }) };
}

export interface BundlePlace {
  readonly folder: string;
  /** The newest where it is not given. */
  readonly manifestName?: ManifestName;
}

/** Refuses two tracks of one id, and two of one hash: records know tracks by their hashes. */
async function readTracks(
  files: FileReader,
  { count, ids: file }: Manifest["tracks"],
): Promise<Pick<BundleData, "ids" | "table">> {
  const sizes = { least: 2 * count, most: (ID_BYTES_MAX + 1) * count };
  const ids = await files.bytes(file, "tracks.ids", sizes);
  const text = decodeText(ids, file);
  const table = newTrackTable(count);
  const starts: number[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    if (end < 0) throw badBundle(file, "the last line has no end");
    const index = starts.length as TrackIndex;
    if (index === count) throw badBundle(file, `has more lines than the ${count} of tracks.count`);
    const id = checkedId(text.slice(from, end), index, file);
    const earlier = addToTable(table, trackHash(id), index);
    if (earlier !== undefined) {
      const what = text.startsWith(`${id}\n`, starts[earlier]) ? "id" : "hash";
      throw badBundle(file, `tracks ${earlier} and ${index} have the same ${what}`);
    }
    starts.push(from);
    from = end + 1;
    if (index % CHUNK_TRACKS === 0) await othersRun();
  }
  if (starts.length !== count) {
    throw badBundle(file, `has ${starts.length} lines, tracks.count says ${count}`);
  }
  return { ids, table };
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
    hiddenBits: model.hidden_bits ?? HIDDEN_BITS_DEFAULT,
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
  models: BundleData["models"],
): Promise<void> {
  const runner = await createStepRunner({ models });
  try {
    for (const [name, model] of Object.entries(manifest.models) as [ModelName, ModelManifest][]) {
      const sizes = { least: 1, most: LIMITS.goldenBytesMax };
      const bytes = await files.bytes(model.golden, `models.${name}.golden`, sizes);
      const golden = parseGolden(decodeText(bytes, model.golden), model, model.golden);
      await checkGolden(runner, name, golden, model.golden);
      if (model.hidden_bits === 8) requireWithinBytes(golden.hiddenNext, name);
    }
  } finally {
    await runner.close();
  }
}

/** Bytes hold no larger states, and to cut them off would be another model. */
function requireWithinBytes(states: Float32Array, name: ModelName): void {
  const beyond = states.find((state) => Math.abs(state) > 1);
  if (beyond === undefined) return;
  const message = `8 bits hold states from −1 to 1, and a golden one is ${beyond}`;
  throw badBundle(`models.${name}.hidden_bits`, message);
}
