import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure } from "../domain/failure.ts";
import {
  closeEnvironment,
  copyPages,
  type Environment,
  openEnvironment,
  openEnvironmentReader,
} from "../lmdb/environment.ts";
import { type CopiedStore, copyStore, digestOf } from "./copy-store.ts";

/** A snapshot is a folder: `data.mdb`, a whole store, and this as `snapshot.json`. */
export interface SnapshotManifest {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly listeners: number;
  /** SHA-256, in hexadecimal, of the store's entries, and of the file `data.mdb`. */
  readonly digest: string;
  readonly file_sha256: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly made_at_ms: number;
}

const SNAPSHOT_FORMAT = "segue.snapshot/1";
const MANIFEST_FILE = "snapshot.json";
const DATA_FILE = "data.mdb";
const LOCK_FILE = "lock.mdb";
/** The pages as they stood in the store, inside of a snapshot that is being made. */
const PAGES_FOLDER = "pages";

/** Copies the store in `state`, which may be written meanwhile, to the new folder `out`: its pages
 *  first, which is quick, and from those its entries, in order. The copy is read back and compared
 *  before it gets its name. Throws `store_unavailable` where there is no
 *  store, `bad_configuration` where `out` exists, and `bad_record` where an entry is damaged: that
 *  is mended first, so that no snapshot is silently less than its store. */
export async function takeSnapshot(
  { state, out }: { readonly state: string; readonly out: string },
  nowMs: number,
): Promise<SnapshotManifest> {
  refuseExisting(out, "--out");
  const partial = partialOf(out);
  await rm(partial, { recursive: true, force: true });
  try {
    const pages = join(partial, PAGES_FOLDER);
    await withStoreIn(state, (source) => copyPages(source, pages));
    const { listeners, damaged, digest } = await copyFolder(pages, partial);
    await rm(pages, { recursive: true });
    if (damaged > 0) {
      const message = `${damaged} entries of the store are damaged; segue doctor mends them`;
      throw new Failure("bad_record", message, { field: "--state" });
    }
    await requireDigest(partial, digest);
    const manifest: SnapshotManifest = {
      format: SNAPSHOT_FORMAT,
      listeners,
      digest,
      file_sha256: await fileHash(join(partial, DATA_FILE)),
      made_at_ms: nowMs,
    };
    await writeDurably(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await publish(partial, out);
    return manifest;
  } catch (failure) {
    await rm(partial, { recursive: true, force: true });
    throw failure;
  }
}

/** Makes the store in `state` from the snapshot in `from`, which is checked to the last byte before
 *  and after it is copied. `replaces` sets a store that stands there aside, under the name that is
 *  returned. Throws `bad_record` where the snapshot is not what its manifest says. */
export async function restoreSnapshot(
  { from, state }: { readonly from: string; readonly state: string },
  replaces?: { readonly asideName: string },
): Promise<SnapshotManifest> {
  if (replaces === undefined) refuseExisting(state, "--state");
  const manifest = await readManifest(from);
  if ((await fileHash(join(from, DATA_FILE))) !== manifest.file_sha256) {
    throw badSnapshot(from, "its file is not the one that was written");
  }
  const partial = partialOf(state);
  await rm(partial, { recursive: true, force: true });
  const { digest, damaged } = await copyFolder(from, partial);
  if (damaged > 0 || digest !== manifest.digest) {
    await rm(partial, { recursive: true, force: true });
    throw badSnapshot(from, "its entries are not those that were written");
  }
  if (existsSync(state)) await rename(state, join(dirname(state), replaces!.asideName));
  await publish(partial, state);
  return manifest;
}

function refuseExisting(folder: string, field: string): void {
  if (!existsSync(folder)) return;
  throw new Failure("bad_configuration", `${folder} exists already`, { field });
}

function partialOf(folder: string): string {
  return join(dirname(folder), `${basename(folder)}.partial`);
}

async function copyFolder(from: string, to: string): Promise<CopiedStore> {
  const target = openEnvironment(to);
  try {
    return await withStoreIn(from, (source) => copyStore(source, target));
  } finally {
    await closeEnvironment(target);
  }
}

async function withStoreIn<T>(
  folder: string,
  read: (environment: Environment) => Promise<T>,
): Promise<T> {
  const reader = openEnvironmentReader(folder);
  try {
    const environment = reader.current();
    if (environment !== undefined) return await read(environment);
    throw new Failure("store_unavailable", `there is no store in ${folder}`, { field: "--state" });
  } finally {
    await reader.close();
  }
}

/** Reads the copy as whoever opens it next will. */
async function requireDigest(folder: string, digest: string): Promise<void> {
  const found = await withStoreIn(folder, async (environment) => digestOf(environment));
  if (found !== digest) throw badSnapshot(folder, "it reads otherwise than it was written");
}

async function readManifest(folder: string): Promise<SnapshotManifest> {
  let manifest: Partial<SnapshotManifest>;
  try {
    manifest = JSON.parse(await readFile(join(folder, MANIFEST_FILE), "utf8"));
  } catch (cause) {
    const message = `${folder} is no snapshot: it has no readable ${MANIFEST_FILE}`;
    throw new Failure("bad_record", message, { field: "--from", cause });
  }
  if (manifest.format === SNAPSHOT_FORMAT) return manifest as SnapshotManifest;
  throw badSnapshot(folder, `its format is ${manifest.format}, not ${SNAPSHOT_FORMAT}`);
}

async function fileHash(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function writeDurably(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flush: true });
}

/** Gives a finished folder its name; nobody sees it half made. */
async function publish(partial: string, folder: string): Promise<void> {
  // Who opens the store makes a lock file of their own.
  await rm(join(partial, LOCK_FILE), { force: true });
  await mkdir(dirname(folder), { recursive: true });
  await rename(partial, folder);
  const parent = await open(dirname(folder), "r");
  await parent.sync();
  await parent.close();
}

function badSnapshot(folder: string, why: string): Failure {
  return new Failure("bad_record", `the snapshot in ${folder} is not sound: ${why}`, {
    field: "--from",
  });
}
