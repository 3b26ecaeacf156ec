import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Failure } from "../domain/failure.ts";
import type { BundleId } from "../domain/ids.ts";
import type { TrackClusters } from "./bundle.ts";
import { CONTENT_FILE_NAME, encodeManifest, layOutWithClusters } from "./bundle-layout.ts";
import { type Disk, realDisk } from "./disk.ts";
import type { Manifest } from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";
import { openBundle } from "./open-bundle.ts";
import { parseManifest } from "./parse-manifest.ts";
import { MANIFEST_NAME, type ManifestName, PREVIOUS_NAME, readManifestText } from "./read-files.ts";

const STAGING_PREFIX = ".staging-";

/** A file's name and content. */
export type StagedFile = readonly [name: string, bytes: Uint8Array];

/** Publishes a bundle's files, its manifest among them, as `publishBundle` does. */
export async function publishFiles(
  folder: string,
  files: AsyncIterable<StagedFile>,
  disk: Disk = realDisk,
): Promise<BundleId> {
  const target = resolve(folder);
  const staging = await disk.makeStaging(target, STAGING_PREFIX);
  try {
    for await (const [name, bytes] of files) await disk.write(join(staging, name), bytes);
    const { manifest } = await openBundle(staging);
    await moveIn(disk, { staging, target, manifest });
    return manifest.id;
  } finally {
    await disk.remove(staging);
  }
}

/** Publishes the bundle of one folder into another, checked, and leaves the first as it is. */
export async function copyBundle(from: string, folder: string): Promise<BundleId> {
  return publishFiles(folder, filesOf(from));
}

/** Publishes the bundle of one folder into another with its tracks in clusters, all else as it
 *  is. */
export async function publishWithClusters(
  from: string,
  folder: string,
  clusters: TrackClusters,
): Promise<BundleId> {
  const before = parseManifest(await readManifestText(from));
  const { manifest, files } = layOutWithClusters(before, clusters);
  return publishFiles(folder, filesWith(from, manifest, files));
}

/** Exchanges a folder's bundle and the one that was published before it, which is checked first;
 *  doing so twice changes nothing. Returns the bundle that is there now. Fails with `bad_bundle`
 *  where there is none before, or where it cannot be opened any more. */
export async function rollBack(folder: string, disk: Disk = realDisk): Promise<BundleId> {
  const { manifest } = await openBundle(folder, PREVIOUS_NAME);
  const current = await publishedText(folder, MANIFEST_NAME);
  if (current !== undefined && parseManifest(current).id === manifest.id) {
    throw badBundle(PREVIOUS_NAME, "is the bundle that is there already");
  }
  const target = resolve(folder);
  const staging = await disk.makeStaging(target, STAGING_PREFIX);
  try {
    const text = await readManifestText(folder, PREVIOUS_NAME);
    await disk.write(join(staging, MANIFEST_NAME), Buffer.from(text));
    await disk.move(join(staging, MANIFEST_NAME), join(target, MANIFEST_NAME));
    if (current !== undefined) await replacePrevious(disk, { staging, target, text: current });
    await disk.sync(target);
    return manifest.id;
  } finally {
    await disk.remove(staging);
  }
}

async function* filesOf(folder: string): AsyncGenerator<StagedFile> {
  const text = await readManifestText(folder);
  for (const name of Object.keys(parseManifest(text).files)) {
    yield [name, await readFile(join(folder, name))];
  }
  yield [MANIFEST_NAME, Buffer.from(text)];
}

async function* filesWith(
  from: string,
  manifest: Manifest,
  added: ReadonlyMap<string, Uint8Array>,
): AsyncGenerator<StagedFile> {
  for (const name of Object.keys(manifest.files)) {
    yield [name, added.get(name) ?? (await readFile(join(from, name)))];
  }
  yield [MANIFEST_NAME, encodeManifest(manifest)];
}

interface Moved {
  readonly staging: string;
  readonly target: string;
  readonly manifest: Manifest;
}

async function moveIn(disk: Disk, { staging, target, manifest }: Moved): Promise<void> {
  const before = await textBefore(target, manifest.id);
  const names = Object.keys(manifest.files);
  for (const name of names) await disk.move(join(staging, name), join(target, name));
  if (before !== undefined) await replacePrevious(disk, { staging, target, text: before });
  // The files' names must be durable before a manifest that needs them is.
  await disk.sync(target);
  await disk.move(join(staging, MANIFEST_NAME), join(target, MANIFEST_NAME));
  await disk.sync(target);
  const beforeNames = before === undefined ? [] : Object.keys(parseManifest(before).files);
  const kept = new Set([...beforeNames, ...names]);
  await removeLeftovers(disk, target, { staging: basename(staging), kept });
}

/** The manifest to go back to after `id` is published: a server may just be opening it, too. What
 *  is no manifest any more, or is the same bundle, is nothing to go back to. */
async function textBefore(target: string, id: BundleId): Promise<string | undefined> {
  for (const name of [MANIFEST_NAME, PREVIOUS_NAME] as const) {
    const text = await publishedText(target, name);
    if (text !== undefined && parseManifest(text).id !== id) return text;
  }
  return undefined;
}

async function publishedText(folder: string, name: ManifestName): Promise<string | undefined> {
  try {
    const text = await readManifestText(folder, name);
    parseManifest(text);
    return text;
  } catch (error) {
    if (error instanceof Failure && error.code === "bad_bundle") return undefined;
    throw error;
  }
}

async function replacePrevious(
  disk: Disk,
  { staging, target, text }: { staging: string; target: string; text: string },
): Promise<void> {
  await disk.write(join(staging, PREVIOUS_NAME), Buffer.from(text));
  await disk.move(join(staging, PREVIOUS_NAME), join(target, PREVIOUS_NAME));
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
