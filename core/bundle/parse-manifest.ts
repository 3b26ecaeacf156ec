import { MODEL_NAMES, type ModelName } from "../domain/ids.ts";
import { bundleId } from "./canonical-json.ts";
import { HIDDEN_BITS, HIDDEN_BITS_DEFAULT, type HiddenBits } from "./hidden-bits.ts";
import { BUNDLE_LIMITS as LIMITS } from "./limits.ts";
import {
  BUNDLE_FORMAT,
  type ClustersManifest,
  CODES_PER_WORD,
  type CodesManifest,
  FEATURE_WIDTHS,
  type FeatureName,
  type Manifest,
  type ModelManifest,
  SKIP_TERMS,
  SOURCE_NAMES,
} from "./manifest.ts";
import {
  anyObject,
  badBundle,
  exactObject,
  fileName,
  hexadecimal64,
  type JsonObject,
  numberIn,
  wholeNumber,
} from "./manifest-fields.ts";
import { checkSources, SOURCE_FILES } from "./parse-sources.ts";

/** Reads the text of a `manifest.json` and checks all that can be checked without its files.
 *  Unknown keys are refused: a bundle that asks for what this server does not know is not served
 *  as if it did not ask. Fails with `bad_bundle`, the field being the key at fault. */
export function parseManifest(text: string): Manifest {
  const root = anyObject(parseJson(text), "manifest");
  // The format comes first: of another one, no other key means anything here.
  if (root.format !== BUNDLE_FORMAT) {
    const found = JSON.stringify(root.format)?.slice(0, 64) ?? "none";
    throw badBundle("format", `found ${found}, this version reads "${BUNDLE_FORMAT}"`);
  }
  exactObject(root, "manifest", MANIFEST_KEYS, ["sources", "clusters", "skip_chance"]);
  if (hexadecimal64(root.id, "id") !== bundleId(root)) {
    throw badBundle("id", "is not the SHA-256 of the manifest's canonical JSON");
  }
  checkTracks(root.tracks);
  checkModels(root.models);
  const sources = root.sources === undefined ? [] : checkSources(root.sources);
  if (root.clusters !== undefined) checkClusters(root.clusters);
  checkBlend(root.blend, [...Object.keys(anyObject(root.models, "models")), ...sources]);
  if (root.skip_chance !== undefined) checkSkipChance(root.skip_chance);
  wholeNumber(root.idle_timeout_ms, "idle_timeout_ms", { least: 1, most: LIMITS.idleTimeoutMsMax });
  anyObject(root.training, "training");
  checkFiles(root.files);
  const manifest = root as unknown as Manifest;
  checkReferences(manifest);
  return manifest;
}

const MANIFEST_KEYS = [
  "format",
  "id",
  "tracks",
  "models",
  "blend",
  "idle_timeout_ms",
  "training",
  "files",
] as const satisfies readonly (keyof Manifest)[];

const MODEL_KEYS = [
  "hidden",
  "dimension",
  "features",
  "step",
  "taste",
  "input_vectors",
  "output_vectors",
  "output_bias",
  "golden",
] as const satisfies readonly (keyof ModelManifest)[];

const CLUSTER_SHARES = ["recall_at_20", "recall_at_100", "read_share"] as const;
/** How far searches for long lists go. */
const DEEP_SEARCH = ["reach_at_100", "margin_at_100"] as const;
const CLUSTER_FILES = ["tracks", "starts"] as const satisfies readonly (keyof ClustersManifest)[];
const CODE_FILES = [
  "axes",
  "widths",
  "books",
  "codes",
] as const satisfies readonly (keyof CodesManifest)[];

/** The files that every model has. */
const REQUIRED_FILES = ["step", "taste", "input_vectors", "output_vectors", "golden"] as const;

/** What says that vectors are int8. */
const SCALE_KEYS = ["input_scales", "output_scales"] as const;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badBundle("manifest.json", "is no JSON", cause);
  }
}

function checkTracks(value: unknown): void {
  const tracks = exactObject(value, "tracks", ["count", "ids", "popularity"]);
  wholeNumber(tracks.count, "tracks.count", { least: 1, most: LIMITS.tracksMax });
  fileName(tracks.ids, "tracks.ids");
  fileName(tracks.popularity, "tracks.popularity");
}

function checkModels(value: unknown): void {
  const models = anyObject(value, "models");
  const names = Object.keys(models);
  if (names.length === 0) throw badBundle("models", "must hold at least one model");
  for (const name of names) {
    const field = `models.${name}`;
    if (!MODEL_NAMES.includes(name as ModelName)) throw badBundle(field, "an unknown model");
    const optional = [...SCALE_KEYS, "skip", "hidden_bits"];
    checkModel(exactObject(models[name], field, MODEL_KEYS, optional), field);
  }
}

function checkModel(model: JsonObject, field: string): void {
  wholeNumber(model.hidden, `${field}.hidden`, { least: 1, most: LIMITS.hiddenMax });
  const bits = model.hidden_bits ?? HIDDEN_BITS_DEFAULT;
  if (!HIDDEN_BITS.includes(bits as HiddenBits)) {
    throw badBundle(`${field}.hidden_bits`, `must be one of ${HIDDEN_BITS.join(", ")}`);
  }
  wholeNumber(model.dimension, `${field}.dimension`, { least: 1, most: LIMITS.dimensionMax });
  checkFeatures(model.features, `${field}.features`);
  for (const key of REQUIRED_FILES) fileName(model[key], `${field}.${key}`);
  if (model.output_bias !== null) fileName(model.output_bias, `${field}.output_bias`);
  for (const key of SCALE_KEYS) {
    if (model[key] !== undefined) fileName(model[key], `${field}.${key}`);
  }
  if (model.skip !== undefined) fileName(model.skip, `${field}.skip`);
}

function checkFeatures(value: unknown, field: string): asserts value is FeatureName[] {
  if (!Array.isArray(value)) throw badBundle(field, "must be a list");
  for (const name of value) {
    if (typeof name !== "string" || !Object.hasOwn(FEATURE_WIDTHS, name)) {
      throw badBundle(field, `this version knows no feature ${JSON.stringify(name)}`);
    }
  }
  if (new Set(value).size !== value.length) throw badBundle(field, "names a feature twice");
}

function checkClusters(value: unknown): void {
  const numbers = ["count", "reach", ...CLUSTER_SHARES];
  const optional = [...DEEP_SEARCH, "codes"];
  const clusters = exactObject(value, "clusters", [...numbers, ...CLUSTER_FILES], optional);
  wholeNumber(clusters.count, "clusters.count", { least: 1, most: LIMITS.clustersMax });
  numberIn(clusters.reach, "clusters.reach", { least: 0, most: LIMITS.clusterReachMax });
  for (const key of CLUSTER_SHARES) {
    numberIn(clusters[key], `clusters.${key}`, { least: 0, most: 1 });
  }
  for (const key of CLUSTER_FILES) fileName(clusters[key], `clusters.${key}`);
  if (clusters.codes !== undefined) checkCodes(clusters.codes);
  if (DEEP_SEARCH.some((key) => clusters[key] !== undefined)) checkDeepSearch(clusters);
}

function checkDeepSearch(clusters: JsonObject): void {
  const [reach, margin] = DEEP_SEARCH;
  const most = { [reach]: LIMITS.clusterReachMax, [margin]: LIMITS.codeMarginMax };
  for (const key of DEEP_SEARCH) {
    numberIn(clusters[key], `clusters.${key}`, { least: 0, most: most[key]! });
  }
}

function checkCodes(value: unknown): void {
  const numbers = ["subspaces", "coordinates", "margin"];
  const optional = ["part_count", "parts"];
  const codes = exactObject(value, "clusters.codes", [...numbers, ...CODE_FILES], optional);
  const most = LIMITS.codeSubspacesMax;
  const subspaces = wholeNumber(codes.subspaces, "clusters.codes.subspaces", { least: 8, most });
  if (subspaces % CODES_PER_WORD !== 0) {
    throw badBundle("clusters.codes.subspaces", `must be a multiple of ${CODES_PER_WORD}`);
  }
  const range = { least: 1, most: LIMITS.codeCoordinatesMax };
  wholeNumber(codes.coordinates, "clusters.codes.coordinates", range);
  numberIn(codes.margin, "clusters.codes.margin", { least: 0, most: LIMITS.codeMarginMax });
  for (const key of CODE_FILES) fileName(codes[key], `clusters.codes.${key}`);
  if (!optional.some((key) => codes[key] !== undefined)) return;
  const parts = { least: 1, most: LIMITS.clusterPartsMax };
  wholeNumber(codes.part_count, "clusters.codes.part_count", parts);
  fileName(codes.parts, "clusters.codes.parts");
}

/** `available`: the models and sources that the bundle has. */
function checkBlend(value: unknown, available: readonly string[]): void {
  const required = ["short", "long", "popularity"];
  const blend = exactObject(value, "blend", required, ["neighbours", "coplay", "skips"]);
  const range = { least: 0, most: LIMITS.blendWeightMax };
  if (blend.skips !== undefined) numberIn(blend.skips, "blend.skips", range);
  let sum = 0;
  for (const key of SOURCE_NAMES) {
    const weight = blend[key] === undefined ? 0 : numberIn(blend[key], `blend.${key}`, range);
    if (weight > 0 && key !== "popularity" && !available.includes(key)) {
      const what = MODEL_NAMES.includes(key as ModelName) ? "model" : "source";
      throw badBundle(`blend.${key}`, `must be 0: the bundle has no such ${what}`);
    }
    sum += weight;
  }
  if (sum === 0) throw badBundle("blend", "at least one weight must be above 0");
}

function checkSkipChance(value: unknown): void {
  const most = LIMITS.skipWeightMax;
  for (const [term, weight] of Object.entries(exactObject(value, "skip_chance", [], SKIP_TERMS))) {
    numberIn(weight, `skip_chance.${term}`, { least: -most, most });
  }
}

function checkFiles(value: unknown): void {
  const files = anyObject(value, "files");
  for (const [name, entry] of Object.entries(files)) {
    fileName(name, "files");
    const { bytes, sha256 } = exactObject(entry, `files.${name}`, ["bytes", "sha256"]);
    wholeNumber(bytes, `files.${name}.bytes`, { least: 0, most: Number.MAX_SAFE_INTEGER });
    hexadecimal64(sha256, `files.${name}.sha256`);
  }
}

/** Every file that is used is listed, and every file that is listed is used. */
function checkReferences(manifest: Manifest): void {
  const used = new Set<string>();
  for (const [field, name] of usedFiles(manifest)) {
    if (!Object.hasOwn(manifest.files, name)) throw badBundle(field, `"${name}" is not in files`);
    used.add(name);
  }
  for (const name of Object.keys(manifest.files)) {
    if (!used.has(name)) throw badBundle(`files.${name}`, "is used nowhere in the manifest");
  }
}

/** The keys that name files, and their names; one name may be there more than once. */
export function* usedFiles(
  manifest: Pick<Manifest, "tracks" | "models" | "sources" | "clusters">,
): Iterable<readonly [field: string, name: string]> {
  yield ["tracks.ids", manifest.tracks.ids];
  yield ["tracks.popularity", manifest.tracks.popularity];
  for (const [name, model] of Object.entries(manifest.models)) {
    for (const key of MODEL_FILES) {
      const file = model[key];
      if (file !== undefined && file !== null) yield [`models.${name}.${key}`, file];
    }
  }
  for (const [source, key] of SOURCE_FILES) {
    const files = manifest.sources?.[source] as Readonly<Record<string, unknown>> | undefined;
    if (files !== undefined) yield [`sources.${source}.${key}`, files[key] as string];
  }
  for (const key of CLUSTER_FILES) {
    if (manifest.clusters !== undefined) yield [`clusters.${key}`, manifest.clusters[key]];
  }
  const codes = manifest.clusters?.codes;
  for (const key of [...CODE_FILES, "parts"] as const) {
    const file = codes?.[key];
    if (file !== undefined) yield [`clusters.codes.${key}`, file];
  }
}

const MODEL_FILES = [
  ...REQUIRED_FILES,
  "output_bias",
  ...SCALE_KEYS,
  "skip",
] as const satisfies readonly (keyof ModelManifest)[];
