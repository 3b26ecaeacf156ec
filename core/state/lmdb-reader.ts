import { type Environment, openEnvironmentReader, readView } from "../lmdb/environment.ts";
import { watchWrites } from "../lmdb/watch-writes.ts";
import { decodeRecord } from "./record-codec.ts";
import type { StateReader } from "./session-store.ts";
import { decodePosition, listenerKey, positionKey } from "./store-layout.ts";
import { requireNamedStore } from "./store-name.ts";

/** How long a wait for a commit takes at most: a write that was told of before it could be seen is
 *  found out then. */
const COMMIT_WAIT_MS = 5;
/** The same where the system does not tell of writes. */
const BLIND_WAIT_MS = 1;

/** Reads a session store that another process writes. A store that does not exist yet reads as
 *  empty and appears once it is made. Every call sees the newest commit, so a record that is
 *  read after a position is never behind it. A folder that holds another store than the one that
 *  was made there throws `bad_record`. */
export function openLmdbReader(folder: string): StateReader {
  const reader = openEnvironmentReader(folder);
  const writes = watchWrites(folder);
  let checked: Environment | undefined;

  function get(key: Buffer): Buffer | undefined {
    const environment = reader.current();
    if (environment !== undefined && environment !== checked) {
      requireNamedStore(folder, environment);
      checked = environment;
    }
    // lmdb-js keeps a read transaction for the rest of the event loop's turn; this begins a new
    // one.
    environment?.resetReadTxn();
    return environment && readView(environment, key);
  }

  return {
    read(listener) {
      const bytes = get(listenerKey(listener));
      return bytes && decodeRecord(bytes, listener);
    },
    position(partition) {
      const bytes = get(positionKey(partition));
      return bytes && decodePosition(bytes);
    },
    nextCommit: () => writes.next({ waitMs: COMMIT_WAIT_MS, blindMs: BLIND_WAIT_MS }),
    close() {
      writes.close();
      return reader.close();
    },
  };
}
