import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../domain/failure.ts";
import type { BundleId } from "../domain/ids.ts";
import type { Bundle } from "./bundle.ts";
import { badBundle } from "./manifest-fields.ts";
import { openBundle } from "./open-bundle.ts";
import { parseManifest } from "./parse-manifest.ts";
import { MANIFEST_NAME, readManifestText } from "./read-files.ts";

/** When a bundle folder is looked at. */
export const WATCH_TIMES = {
  pollMs: 1_000,
  /** A bundle that was refused is tried once more after so long: its files may have been late. */
  againMs: 60_000,
} as const;

export interface BundleWatch {
  readonly folder: string;
  /** The bundle that is served when watching begins. */
  readonly servedId: BundleId;
  /** `openBundle` where it is not given. */
  readonly open?: (folder: string) => Promise<Bundle>;
  /** Makes an opened and checked bundle the served one. It throws to refuse it. */
  readonly take: (bundle: Bundle) => Promise<void>;
  /** Told of a bundle that was refused; the one before stays. */
  readonly refuse: (failure: Failure) => void;
  /** Milliseconds of a clock that never jumps. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly times?: { readonly pollMs: number; readonly againMs: number };
}

/** Looks for another manifest in a bundle folder until `signal` is raised, opens what it names
 *  beside the served bundle, and hands it over. What cannot be opened is refused, and the served
 *  bundle stays. Polls: every file system can do that, and a rename needs no luck to be seen. */
export async function watchBundle(watch: BundleWatch): Promise<void> {
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
      // What failed while a newer manifest came failed for that: the newer one is looked at next.
      if (refused && (await manifestMark(folder)) === mark) watch.refuse(found);
      if (!refused) served = found;
      againAtMs = refused ? watch.nowMs() + times.againMs : Number.POSITIVE_INFINITY;
    }
    await pause(times.pollMs, signal);
  }
}

/** The bundle that is served now, or why another one is not. */
async function lookAt(watch: BundleWatch, served: BundleId): Promise<BundleId | Failure> {
  try {
    const { id } = parseManifest(await readManifestText(watch.folder));
    if (id === served) return served;
    const bundle = await (watch.open ?? openBundle)(watch.folder);
    if (!watch.signal.aborted) await watch.take(bundle);
    return bundle.manifest.id;
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
