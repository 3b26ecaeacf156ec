import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../../core/bundle/manifest.ts";
import { wholeBlend } from "../../core/bundle/manifest.ts";
import { parseManifest } from "../../core/bundle/parse-manifest.ts";
import { MANIFEST_NAME, type ManifestName, PREVIOUS_NAME } from "../../core/bundle/read-files.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { BundleId } from "../../core/domain/ids.ts";
import type {
  AccuracyFigures,
  BundleModel,
  BundleSummary,
} from "../../proto/gen/segue/v1/console.ts";
import { CONSOLE_LIMITS } from "../limits.ts";

/** A bundle where it lies. */
export interface FoundBundle {
  readonly folder: string;
  readonly summary: Summary;
}

/** Without what its folder cannot tell. */
type Summary = Omit<BundleSummary, "reported">;

/** The bundles of `folders` and of the folders in them, and the one before in each, that which is
 *  `served` first, then the newest. What is no bundle is passed over; only manifests are read. */
export async function findBundles(
  folders: readonly string[],
  served: BundleId,
): Promise<FoundBundle[]> {
  const places = new Set<string>();
  for (const folder of folders) {
    places.add(folder);
    for (const name of await subfolders(folder)) places.add(join(folder, name));
  }
  const found = await Promise.all(
    ([MANIFEST_NAME, PREVIOUS_NAME] as const).flatMap((manifest) =>
      [...places].map((folder) => bundleIn(folder, manifest, served)),
    ),
  );
  const bundles = new Map<string, FoundBundle>();
  for (const bundle of found) {
    if (bundle === undefined) continue;
    const { id } = bundle.summary;
    const known = bundles.get(id);
    // A copy of it elsewhere changes nothing about the way back.
    const before = bundle.summary.before || known?.summary.before === true;
    bundles.set(id, { ...(known ?? bundle), summary: { ...(known ?? bundle).summary, before } });
  }
  return [...bundles.values()].sort(byPlace).slice(0, CONSOLE_LIMITS.bundlesMax);
}

function byPlace({ summary: a }: FoundBundle, { summary: b }: FoundBundle): number {
  const servedFirst = Number(b.served) - Number(a.served);
  return servedFirst || b.publishedAtMs - a.publishedAtMs;
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(whereThereIsNone);
  return (entries ?? []).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function bundleIn(
  folder: string,
  name: ManifestName,
  served: BundleId,
): Promise<FoundBundle | undefined> {
  const path = join(folder, name);
  const text = await readFile(path, "utf8").catch(whereThereIsNone);
  if (text === undefined) return undefined;
  try {
    const manifest = parseManifest(text);
    const { mtimeMs } = await stat(path);
    const place = { folder, publishedAtMs: Math.round(mtimeMs), served };
    const summary = { ...summaryOf(manifest, place), before: name === PREVIOUS_NAME };
    return { folder, summary };
  } catch (error) {
    if (error instanceof Failure && error.code === "bad_bundle") return undefined;
    throw error;
  }
}

function whereThereIsNone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
  return undefined;
}

function summaryOf(
  manifest: Manifest,
  place: { readonly folder: string; readonly publishedAtMs: number; readonly served: BundleId },
): Omit<Summary, "before"> {
  const { training, models, files, tracks, id } = manifest;
  const { short, long, ...others } = wholeBlend(manifest.blend);
  return {
    id,
    name: place.folder.split(/[\\/]/).at(-1) ?? "",
    served: id === place.served,
    tracks: tracks.count,
    bytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
    publishedAtMs: place.publishedAtMs,
    models: Object.entries(models).map(([model, { hidden, dimension }]) => ({
      model,
      hiddenSize: hidden,
      dimension,
      ...epochsOf(objectAt(training, "models", model)),
    })),
    blend: { shortTerm: short, longTerm: long, ...others, skips: manifest.blend.skips },
    validation: Object.entries(objectAt(training, "validation")).map(([model, figures]) =>
      accuracyOf(model, objectAt(figures)),
    ),
    events: numberAt(training, "events"),
    sessions: numberAt(training, "sessions"),
  };
}

/** What a training says is for people: whatever is missing counts as not measured. */
function epochsOf(model: Named): Pick<BundleModel, "recall20ByEpoch" | "lossByEpoch"> {
  const epochs = Array.isArray(model.epochs) ? model.epochs.map((epoch) => objectAt(epoch)) : [];
  const recalls = epochs.map((epoch) => objectAt(epoch, "validation").recall20);
  return {
    recall20ByEpoch: recalls.filter((recall) => typeof recall === "number"),
    lossByEpoch: epochs.map(({ loss }) => loss).filter((loss) => typeof loss === "number"),
  };
}

function accuracyOf(model: string, figures: Named): AccuracyFigures {
  return {
    model,
    predictions: numberAt(figures, "predictions"),
    recall1: numberAt(figures, "recall1"),
    recall20: numberAt(figures, "recall20"),
    mrr20: numberAt(figures, "mrr20"),
  };
}

type Named = Readonly<Record<string, unknown>>;

function objectAt(value: unknown, ...path: readonly string[]): Named {
  let at: unknown = value;
  for (const name of path) at = (at as Named | undefined)?.[name];
  return typeof at === "object" && at !== null ? (at as Named) : {};
}

function numberAt(object: Named, name: string): number {
  const value = object[name];
  return typeof value === "number" ? value : 0;
}
