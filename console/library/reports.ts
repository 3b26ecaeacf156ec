import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundleId } from "../../core/domain/ids.ts";
import { isAbsent } from "../../core/domain/is-absent.ts";

const REPORT_NAME = /^([0-9a-f]{64})\.html$/;

/** Where `segue report` puts what it found of a bundle, for the page to show. */
export function reportFile(folder: string, bundle: BundleId): string {
  return join(folder, `${bundle}.html`);
}

/** The bundles that have a report in `folder`, which need not be there. */
export async function reportedBundles(folder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(folder).catch(whereThereIsNone);
  return new Set((names ?? []).flatMap((name) => REPORT_NAME.exec(name)?.[1] ?? []));
}

/** A report by the name of its file; undefined for what is none. */
export async function readReport(folder: string, name: string): Promise<Buffer | undefined> {
  return REPORT_NAME.test(name) ? readFile(join(folder, name)).catch(whereThereIsNone) : undefined;
}

function whereThereIsNone(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
  return undefined;
}
