import { Failure } from "../domain/failure.ts";
import type { ListenerId } from "../domain/ids.ts";
import { type Environment, openEnvironmentReader } from "../lmdb/environment.ts";
import { decodeRecord } from "./record-codec.ts";
import { decodePosition, listenerKey } from "./store-layout.ts";
import { readName, readSeal, requireNamedStore } from "./store-name.ts";
import { SEAL_KEY, sealOf } from "./store-seal.ts";

/** What is wrong with the store in `folder`, as a sentence; undefined where every byte is as it was
 *  written, every entry is found under its key, and none is missing. A store without a seal is an
 *  older version's, of which missing entries cannot be told. Where LMDB's own pages are damaged,
 *  this can end the process. */
export async function damageOf(folder: string): Promise<string | undefined> {
  const reader = openEnvironmentReader(folder);
  try {
    const environment = reader.current();
    if (environment === undefined) {
      return readName(folder) === undefined ? undefined : "its data are gone";
    }
    requireNamedStore(folder, environment);
    return wrongEntry(environment) ?? wrongSeal(environment);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await reader.close();
  }
}

function wrongEntry(environment: Environment): string | undefined {
  for (const { key, value } of environment.getRange()) {
    // A copy, since the next read may use its memory again.
    const walked = Buffer.from(value);
    const found = environment.getBinary(key);
    if (found === undefined || !found.equals(walked)) return "an entry is not found under its key";
    requireSound(key, walked);
  }
  return undefined;
}

/** Throws `bad_record` for an entry that no store writes. */
function requireSound(key: Buffer, value: Buffer): void {
  if (key.equals(SEAL_KEY)) return;
  const listener = key.subarray(1).toString("utf8") as ListenerId;
  if (key[0] === POSITION) decodePosition(value);
  else if (key.equals(listenerKey(listener))) decodeRecord(value, listener);
  else throw new Failure("bad_record", "an entry's key is no store's");
}

/** The first byte of a position's key. */
const POSITION = 0x50;

/** Says what the seal tells of entries that are gone or others; undefined where it holds, or where
 *  an older version wrote the store without one. */
export function wrongSeal(environment: Environment): string | undefined {
  const seal = readSeal(environment);
  if (seal === undefined) return undefined;
  const { entries, sum, mix } = sealOf(seal.store, environment.getRange());
  if (entries === seal.entries && sum === seal.sum && mix === seal.mix) return undefined;
  return `it has ${entries} entries where ${seal.entries} were written, or others`;
}
