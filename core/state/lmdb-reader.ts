import { openEnvironmentReader, readView } from "../lmdb/environment.ts";
import { decodeRecord } from "./record-codec.ts";
import type { StateReader } from "./session-store.ts";
import { decodePosition, listenerKey, positionKey } from "./store-layout.ts";

/** Reads a session store that another process writes. A store that does not exist yet reads as
 *  empty and appears once it is made. Every call sees the newest commit, so a record that is
 *  read after a position is never behind it. */
export function openLmdbReader(folder: string): StateReader {
  const reader = openEnvironmentReader(folder);

  function get(key: Buffer): Buffer | undefined {
    const environment = reader.current();
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
    close: reader.close,
  };
}
