import { statSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import type { ListenerId, Partition } from "../domain/ids.ts";
import type { ListenerRecord } from "./listener-record.ts";
import { decodeRecord } from "./record-codec.ts";
import type { AppliedPosition, StateReader } from "./session-store.ts";
import { decodePosition, listenerKey, positionKey } from "./store-layout.ts";

/** How both sides open a store's environment. */
export const STORE_OPTIONS = {
  encoding: "binary",
  keyEncoding: "binary",
  // A folder whose name has a dot in it is still a folder.
  noSubdir: false,
  // Address space, not disk or memory: a reader with room for the whole map never has to remap when
  // the writer's file grows. 64 GiB hold some 30 million listeners.
  mapSize: 64 * 1024 ** 3,
} as const;

/** LMDB's two meta pages: a smaller file is one that its writer has just begun. */
const META_BYTES = 8192;

/** Reads a session store that another process writes. A store that does not exist yet reads as empty
 *  and appears once it is made. Every call sees the newest commit, so a position that was read before
 *  a record is never ahead of it. */
export function openLmdbReader(folder: string): StateReader {
  let db: RootDatabase<Buffer, Buffer> | undefined;

  function get(key: Buffer): Buffer | undefined {
    if (db === undefined) {
      if (!storeExists(folder)) return undefined;
      db = open<Buffer, Buffer>({ ...STORE_OPTIONS, path: folder, readOnly: true });
    }
    // lmdb-js keeps a read transaction for the rest of the event loop's turn; this begins a new one.
    db.resetReadTxn();
    return db.getBinary(key);
  }

  function read(listener: ListenerId): ListenerRecord | undefined {
    const bytes = get(listenerKey(listener));
    return bytes && decodeRecord(bytes, listener);
  }

  function position(partition: Partition): AppliedPosition | undefined {
    const bytes = get(positionKey(partition));
    return bytes && decodePosition(bytes);
  }

  async function close(): Promise<void> {
    await db?.close();
  }

  return { read, position, close };
}

function storeExists(folder: string): boolean {
  const file = statSync(join(folder, "data.mdb"), { throwIfNoEntry: false });
  return file !== undefined && file.size >= META_BYTES;
}
