import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../domain/failure.ts";
import { isAbsent } from "../domain/is-absent.ts";
import type { WritableEnvironment } from "../lmdb/environment.ts";
import { decodeSeal, encodeSeal, SEAL_KEY, type Seal, sealOf } from "./store-seal.ts";

/** The file beside `data.mdb` that says which store stands there, so that an empty file or another
 *  store's is not taken for it: `{"format": "segue.store/1", "store": "16 hexadecimal digits"}`. */
const NAME_FILE = "store.json";
const FORMAT = "segue.store/1";

/** The seal of an environment, undefined where it has none. Throws `bad_record`. */
export function readSeal(environment: Pick<WritableEnvironment, "getBinary">): Seal | undefined {
  const bytes = environment.getBinary(SEAL_KEY);
  return bytes && decodeSeal(bytes);
}

/** Seals a store that is new, or that an older version wrote, under the id `store`. */
export function ensureSeal(environment: WritableEnvironment, store: string): Seal {
  const found = readSeal(environment);
  if (found !== undefined) return found;
  const seal = sealOf(store, environment.getRange());
  environment.putSync(SEAL_KEY, encodeSeal(seal));
  return seal;
}

/** Whether the environment is the store that the folder's file names. Throws `bad_record` where it
 *  is another one or none; a folder without the file is an older version's, or new. */
export function requireNamedStore(
  folder: string,
  environment: Pick<WritableEnvironment, "getBinary">,
): void {
  const named = readName(folder);
  if (named === undefined || readSeal(environment)?.store === named) return;
  const message = `the store in ${folder} is not the one that ${NAME_FILE} names: it was lost`;
  throw new Failure("bad_record", message, { field: NAME_FILE });
}

/** Names the store once its seal is on the disk. */
export function nameStore(folder: string, { store }: Seal): void {
  if (readName(folder) !== undefined) return;
  const path = join(folder, NAME_FILE);
  const partial = `${path}.partial`;
  const file = openSync(partial, "w", 0o600);
  try {
    writeFileSync(file, `${JSON.stringify({ format: FORMAT, store })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
}

/** The id of the store that stands in a folder, undefined where its file is not there. */
export function readName(folder: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, NAME_FILE), "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  const [, store] = /"store":\s*"([0-9a-f]{16})"/.exec(text) ?? [];
  if (store !== undefined && text.includes(FORMAT)) return store;
  throw new Failure("bad_record", `${NAME_FILE} of ${folder} is damaged`, { field: NAME_FILE });
}
