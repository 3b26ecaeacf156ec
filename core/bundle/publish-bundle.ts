import { basename, join, resolve } from "node:path";
import { Failure } from "../domain/failure.ts";
import type { BundleId, ModelName } from "../domain/ids.ts";
import type { BundleContent, ModelContent } from "./bundle.ts";
import { type BundleLayout, CONTENT_FILE_NAME, layOutBundle } from "./bundle-layout.ts";
import { type Disk, realDisk } from "./disk.ts";
import { type Golden, makeGolden } from "./golden.ts";
import { createStepRunner } from "./graph-runner.ts";
import { featureWidth } from "./manifest.ts";
import { openBundle } from "./open-bundle.ts";
import { parseManifest } from "./parse-manifest.ts";
import { readManifestText } from "./read-files.ts";

const STAGING_PREFIX = ".staging-";
const MANIFEST_NAME = "manifest.json";

/** Publishes a bundle into a folder, over the one that may be there: all files are written aside,
 *  opened as a server would open them, moved in, and the manifest last, by one rename. Whoever
 *  opens the folder meanwhile finds the old bundle or the new one, whole; the files of the one
 *  before stay until the next publication. One publisher at a time may work on a folder.
 *  Fails with `bad_bundle` where `openBundle` would refuse the content; nothing changes then. */
export async function publishBundle(
  folder: string,
  content: BundleContent,
  disk: Disk = realDisk,
): Promise<BundleId> {
  const layout = layOutBundle(content, await makeGoldens(content));
  const target = resolve(folder);
  const staging = await disk.makeStaging(target, STAGING_PREFIX);
  try {
    await stage(disk, staging, layout);
    await openBundle(staging);
    await moveIn(disk, staging, target, layout);
  } finally {
    await disk.remove(staging);
  }
  return layout.manifest.id;
}

async function makeGoldens(
  content: BundleContent,
): Promise<Readonly<Partial<Record<ModelName, Golden>>>> {
  const models = Object.entries(content.models) as [ModelName, ModelContent][];
  const graphs = models.map(([name, model]) => {
    return [name, { ...model, featureWidth: featureWidth(model.features) }] as const;
  });
  const runner = await createStepRunner({ models: Object.fromEntries(graphs) });
  try {
    const golden: Partial<Record<ModelName, Golden>> = {};
    for (const [name, model] of models) golden[name] = await makeGolden(runner, name, model);
    return golden;
  } finally {
    await runner.close();
  }
}

async function stage(disk: Disk, staging: string, layout: BundleLayout): Promise<void> {
  for (const [name, bytes] of layout.files) await disk.write(join(staging, name), bytes);
  // No line end: a manifest that lost even its last byte is no JSON.
  const text = JSON.stringify(layout.manifest, null, 2);
  await disk.write(join(staging, MANIFEST_NAME), Buffer.from(text));
}

async function moveIn(
  disk: Disk,
  staging: string,
  target: string,
  layout: BundleLayout,
): Promise<void> {
  const previous = await namesOfPublished(target);
  for (const name of layout.files.keys()) await disk.move(join(staging, name), join(target, name));
  // The files' names must be durable before a manifest that needs them is.
  await disk.sync(target);
  await disk.move(join(staging, MANIFEST_NAME), join(target, MANIFEST_NAME));
  await disk.sync(target);
  await removeLeftovers(disk, target, {
    staging: basename(staging),
    kept: new Set([...previous, ...layout.files.keys()]),
  });
}

/** The files of the bundle that is being replaced: a server may just be opening it. */
async function namesOfPublished(target: string): Promise<string[]> {
  try {
    return Object.keys(parseManifest(await readManifestText(target)).files);
  } catch (error) {
    if (error instanceof Failure && error.code === "bad_bundle") return [];
    throw error;
  }
}

/** Removes the files of bundles before the last one, and what a killed publisher left. */
async function removeLeftovers(
  disk: Disk,
  target: string,
  { staging, kept }: { readonly staging: string; readonly kept: ReadonlySet<string> },
): Promise<void> {
  for (const name of await disk.list(target)) {
    const abandoned = name.startsWith(STAGING_PREFIX) && name !== staging;
    const outdated = CONTENT_FILE_NAME.test(name) && !kept.has(name);
    if (abandoned || outdated) await disk.remove(join(target, name));
  }
}
