import { statSync } from "node:fs";
import { join } from "node:path";
import {
  type Environment,
  type EnvironmentReader,
  openEnvironmentReader,
} from "../lmdb/environment.ts";
import { checkWhileWritten } from "./check-while-written.ts";
import { readName, readSeal, requireNamedStore } from "./store-name.ts";

/** What is wrong with the store in `folder`, as a sentence; undefined where every byte is as it was
 *  written, every entry is found under its key, and none is missing. Where LMDB's own pages are
 *  damaged, this can end the process. */
export async function damageOf(folder: string): Promise<string | undefined> {
  const reader = openEnvironmentReader(folder);
  try {
    return await damageReadBy(reader, folder);
  } finally {
    await reader.close();
  }
}

/** As `damageOf`, by a reader that stays open. `onFirstLook` is called once what can be told
 *  without a walk is sound. */
export async function damageReadBy(
  reader: EnvironmentReader,
  folder: string,
  onFirstLook: () => Promise<void> = async () => undefined,
): Promise<string | undefined> {
  try {
    const environment = reader.current();
    if (environment === undefined) {
      return readName(folder) === undefined ? undefined : "its data are gone";
    }
    const atOnce = damageAtOnce(folder, environment);
    if (atOnce !== undefined) return atOnce;
    await onFirstLook();
    const { damaged, broken } = await checkWhileWritten(folder, environment);
    return damaged[0]?.damage ?? broken;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is found in the same time however large the store is: whether it is the one that its folder
 *  names, its file as long as its pages, and the entries as many as its seal counts. */
function damageAtOnce(folder: string, environment: Environment): string | undefined {
  requireNamedStore(folder, environment);
  const { lastPageNumber, pageSize, entryCount } = environment.getStats() as LmdbStats;
  const { size } = statSync(join(folder, "data.mdb"));
  if (size < (lastPageNumber + 1) * pageSize) return "its file is cut short";
  const seal = readSeal(environment);
  if (seal === undefined || entryCount === seal.entries + 1) return undefined;
  return `LMDB counts ${entryCount - 1} entries where ${seal.entries} were written`;
}

/** Of what lmdb-js tells of an environment, which its types leave open. */
interface LmdbStats {
  readonly lastPageNumber: number;
  readonly pageSize: number;
  readonly entryCount: number;
}
