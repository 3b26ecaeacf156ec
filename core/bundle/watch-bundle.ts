import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../domain/failure.ts";
import type { BundleId } from "../domain/ids.ts";
import type { Bundle } from "./bundle.ts";
import { badBundle } from "./manifest-fields.ts";
import { parseManifest } from "./parse-manifest.ts";
import { MANIFEST_NAME, readManifestText } from "./read-files.ts";

/** When a bundle folder is looked at. */
export const WATCH_TIMES = {
  pollMs: 1_000,
  /** A bundle that was refused is tried once more after so long: its files may have been late. */
  againMs: 60_000,
} as const;

export interface BundleWatch<Opened extends OpenedBundle> {
  readonly folder: string;
  /** The bundle that is served when watching begins. */
  readonly servedId: BundleId;
  /** Opens and checks a folder's bundle. */
  readonly open: (folder: string, signal: AbortSignal) => Promise<Opened>;
  /** Makes an opened and checked bundle the served one. It throws to refuse it. */
  readonly take: (opened: Opened) => Promise<void>;
  /** Told of a bundle that was refused; the one before stays. */
  readonly refuse: (failure: Failure) => void;
  /** Milliseconds of a clock that never jumps. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly times?: { readonly pollMs: number; readonly againMs: number };
}

export interface OpenedBundle {
  readonly bundle: Bundle;
}

/** Looks for another manifest in a bundle folder until `signal` is raised, opens what it names
 *  beside the served bundle, and hands it over. What cannot be opened is refused, and the served
 *  bundle stays. Polls: every file system can do that, and a rename needs no luck to be seen. */
export async function watchBundle<Opened extends OpenedBundle>(
  watch: BundleWatch<Opened>,
): Promise<void> {
  const { folder, signal, times = WATCH_TIMES } = watch;
  let served = watch.servedId;
  let seen: string | undefined;
  let againAtMs = Number.POSITIVE_INFINITY;
  while (!signal.aborted) {
    const mark = await manifestMark(folder);
    if (mark !== undefined && (mark !== seen || watch.nowMs() >= againAtMs)) {
      seen = mark;
      const found = await lookAt(watch, served);
      const refused = found instanceof Failure;
      if (signal.aborted) break;
      // What failed while a newer manifest came failed for that: the newer one is looked at next.
      if (refused && (await manifestMark(folder)) === mark) watch.refuse(found);
      if (!refused) served = found;
      againAtMs = refused ? watch.nowMs() + times.againMs : Number.POSITIVE_INFINITY;
    }
    await pause(times.pollMs, signal);
  }
}

/** The bundle that is served now, or why another one is not. */
async function lookAt<Opened extends OpenedBundle>(
  watch: BundleWatch<Opened>,
  served: BundleId,
): Promise<BundleId | Failure> {
  try {
    const { id } = parseManifest(await readManifestText(watch.folder));
    if (id === served) return served;
    const opened = await watch.open(watch.folder, watch.signal);
    if (!watch.signal.aborted) await watch.take(opened);
    return opened.bundle.manifest.id;
  } catch (error) {
    if (error instanceof Failure) return error;
    return badBundle(MANIFEST_NAME, `cannot be taken: ${(error as Error).message}`, error);
  }
}

/** Changes whenever the manifest is replaced. Undefined where there is none, or where the folder
 *  cannot be looked at for now: what is served needs it no more. */
async function manifestMark(folder: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(join(folder, MANIFEST_NAME), { bigint: true });
    return `${ino}/${size}/${mtimeNs}`;
  } catch {
    return undefined;
  }
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal }).catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
}
