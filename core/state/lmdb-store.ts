import type { ListenerId, Partition } from "../domain/ids.ts";
import {
  closeEnvironment,
  openEnvironment,
  readView,
  transactDurably,
  type WritableEnvironment,
} from "../lmdb/environment.ts";
import { requireOwner } from "./fence.ts";
import type { ListenerRecord } from "./listener-record.ts";
import { decodeRecord, encodeRecord } from "./record-codec.ts";
import type { AppliedPosition, SessionStore, StoreCommit } from "./session-store.ts";
import { digestEntries } from "./store-digest.ts";
import { decodePosition, encodePosition, listenerKey, positionKey } from "./store-layout.ts";

/** The durable session store: an LMDB environment in `folder`, made where there is none. One
 *  process writes it; any number read it through `openLmdbReader`. */
export function openLmdbStore(folder: string): SessionStore {
  return sessionStoreIn(openEnvironment(folder));
}

/** The store that an environment holds; it closes the environment with itself. */
export function sessionStoreIn(environment: WritableEnvironment): SessionStore {
  function read(listener: ListenerId): ListenerRecord | undefined {
    const bytes = readView(environment, listenerKey(listener));
    return bytes && decodeRecord(bytes, listener);
  }

  function storedPosition(partition: Partition): AppliedPosition | undefined {
    const bytes = environment.getBinary(positionKey(partition));
    return bytes && decodePosition(bytes);
  }

  function position(partition: Partition): AppliedPosition | undefined {
    // Every batch begins here, so here it sees what another owner committed meanwhile.
    environment.resetReadTxn();
    return storedPosition(partition);
  }

  async function commit(commit: StoreCommit): Promise<void> {
    // Encoded before the transaction: a record that cannot be encoded changes nothing.
    const entries = [...commit.records].map(
      ([listener, record]) =>
        [listenerKey(listener), record && encodeRecord(record, listener)] as const,
    );
    const newPosition = encodePosition(commit.position);
    await transactDurably(environment, () => {
      requireOwner(storedPosition(commit.partition), commit);
      for (const [key, bytes] of entries) {
        if (bytes === null) environment.removeSync(key);
        else environment.putSync(key, bytes);
      }
      environment.putSync(positionKey(commit.partition), newPosition);
    });
    environment.resetReadTxn();
  }

  function* entries(): Generator<[Buffer, Buffer]> {
    for (const { key, value } of environment.getRange()) yield [key, value];
  }

  async function digest(): Promise<string> {
    environment.resetReadTxn();
    return digestEntries(entries());
  }

  return { read, position, commit, digest, close: () => closeEnvironment(environment) };
}
