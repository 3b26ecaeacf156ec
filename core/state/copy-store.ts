import { type Environment, transactDurably } from "../lmdb/environment.ts";
import { digestEntries } from "./store-digest.ts";
import { contentOf, type StoreEntry, storeEntries } from "./store-entries.ts";

/** Entries of one transaction of a copy. */
const COPY_ENTRIES = 2_000;

export interface CopiedStore {
  readonly listeners: number;
  /** Of all entries, as `SessionStore.digest` takes it. */
  readonly digest: string;
  /** Entries whose bytes are not what a store writes, which were left out. */
  readonly damaged: number;
}

/** Writes every sound entry of one store into another, empty one, in key order. The copy is of one
 *  moment whatever is committed meanwhile; its pages are full, and hold nothing of what was removed
 *  from the store before. Resolves when it is on the disk. */
export async function copyStore(from: Environment, to: Environment): Promise<CopiedStore> {
  let listeners = 0;
  let damaged = 0;
  let group: StoreEntry[] = [];
  const write = async () => {
    const entries = group;
    group = [];
    await transactDurably(to, () => {
      for (const { key, value } of entries) to.putSync(key, value);
    });
  };
  for (const entry of storeEntries(from)) {
    const content = contentOf(entry);
    if ("damage" in content) damaged += 1;
    else group.push(entry);
    if ("record" in content) listeners += 1;
    if (group.length >= COPY_ENTRIES) await write();
  }
  await write();
  return { listeners, damaged, digest: digestOf(to) };
}

/** SHA-256, in hexadecimal, of all entries of a store in key order. */
export function digestOf(environment: Environment): string {
  const pairs = function* (): Generator<readonly [Buffer, Buffer]> {
    for (const { key, value } of storeEntries(environment)) yield [key, value];
  };
  return digestEntries(pairs());
}
