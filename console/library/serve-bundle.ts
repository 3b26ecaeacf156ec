import { resolve } from "node:path";
import { copyBundle, rollBack } from "../../core/bundle/publish-files.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { BundleId } from "../../core/domain/ids.ts";
import type { ServeBundleResponse } from "../../proto/gen/segue/v1/console.ts";
import { findBundles } from "./list-bundles.ts";

export interface BundlePlaces {
  /** Where bundles are looked for. */
  readonly bundleFolders: readonly string[];
  /** The folder that scorer and ingest take bundles from. */
  readonly servedFolder: string;
}

/** Puts a bundle of those that are found into the served folder, or goes back to the one before.
 *  Throws `bad_request` where there is none of that id, `bad_bundle` where it cannot be opened,
 *  `bad_configuration` where the folder cannot be written. */
export async function serveBundle(
  { bundleFolders, servedFolder }: BundlePlaces,
  { id, served }: { readonly id: string; readonly served: BundleId },
): Promise<ServeBundleResponse> {
  const found = await findBundles(bundleFolders, served);
  const wanted = found.find(({ summary }) => summary.id === id);
  if (wanted === undefined) {
    const message = `bundle_id is "${id}", which is no bundle that is listed`;
    throw new Failure("bad_request", message, { field: "bundle_id" });
  }
  try {
    const isBefore = wanted.summary.before && resolve(wanted.folder) === resolve(servedFolder);
    const bundleId = await (isBefore
      ? rollBack(servedFolder)
      : copyBundle(wanted.folder, servedFolder));
    return { bundleId };
  } catch (cause) {
    if (!isUnwritable(cause)) throw cause;
    const message = "the served bundle's folder cannot be written from here";
    throw new Failure("bad_configuration", message, { field: "--bundle", cause });
  }
}

function isUnwritable(cause: unknown): boolean {
  return ["EROFS", "EACCES", "EPERM"].includes((cause as NodeJS.ErrnoException).code ?? "");
}
