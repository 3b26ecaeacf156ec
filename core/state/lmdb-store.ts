import { randomBytes } from "node:crypto";
import type { ListenerId, Partition } from "../domain/ids.ts";
import {
  closeEnvironment,
  openEnvironment,
  readView,
  transactDurably,
  type WritableEnvironment,
} from "../lmdb/environment.ts";
import { requireOwner } from "./fence.ts";
import { decodeRecord, recordBytes } from "./record-codec.ts";
import type { AppliedPosition, SessionStore, StoreCommit } from "./session-store.ts";
import { digestEntries } from "./store-digest.ts";
import {
  decodePosition,
  encodePosition,
  listenerKey,
  listenerOfKey,
  positionKey,
} from "./store-layout.ts";
import { ensureSeal, nameStore, readSeal, requireNamedStore } from "./store-name.ts";
import { encodeSeal, resealed, SEAL_KEY } from "./store-seal.ts";
import type { StoredRecord } from "./stored-record.ts";

/** The durable session store: an LMDB environment in `folder`, made where there is none. One
 *  process writes it; any number read it through `openLmdbReader`. Throws `bad_record` where the
 *  folder holds another store than the one that was made there. */
export function openLmdbStore(folder: string, newId: () => string = randomId): SessionStore {
  const environment = openEnvironment(folder);
  requireNamedStore(folder, environment);
  const store = sessionStoreIn(environment, newId());
  // Never before its seal is on the disk: a write outside of a transaction waits for that.
  nameStore(folder, readSeal(environment)!);
  return store;
}

/** The store that an environment holds; it closes the environment with itself. One that has no
 *  seal is sealed under `id`. */
export function sessionStoreIn(environment: WritableEnvironment, id: string): SessionStore {
  ensureSeal(environment, id);

  function read(listener: ListenerId): StoredRecord | undefined {
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
    const changes: [key: Buffer, after: Buffer | undefined, from?: Uint8Array | undefined][] = [];
    for (const [listener, record] of commit.records) {
      const after = record ? recordBytes(record, listener) : undefined;
      changes.push([listenerKey(listener), after, commit.computedFrom?.get(listener)]);
    }
    changes.push([positionKey(commit.partition), encodePosition(commit.position)]);
    await transactDurably(environment, () => {
      requireOwner(storedPosition(commit.partition), commit);
      let seal = readSeal(environment)!;
      for (const [key, after, from] of changes) {
        const before = readView(environment, key);
        if (from !== undefined && !before?.equals(from)) continue;
        seal = resealed(seal, key, { before, after });
        if (after === undefined) environment.removeSync(key);
        else environment.putSync(key, after);
      }
      environment.putSync(SEAL_KEY, encodeSeal(seal));
    });
    environment.resetReadTxn();
  }

  function bytesOf(listener: ListenerId): Buffer | undefined {
    environment.resetReadTxn();
    return environment.getBinary(listenerKey(listener));
  }

  function* entries(): Generator<[Buffer, Buffer]> {
    for (const { key, value } of environment.getRange()) {
      if (!key.equals(SEAL_KEY)) yield [key, value];
    }
  }

  async function digest(): Promise<string> {
    environment.resetReadTxn();
    return digestEntries(entries());
  }

  return {
    read,
    position,
    commit,
    bytesOf,
    listenersAfter: (after, count) => listenersIn(environment, after, count),
    digest,
    close: () => closeEnvironment(environment),
  };
}

function listenersIn(
  environment: WritableEnvironment,
  after: ListenerId | undefined,
  count: number,
): ListenerId[] {
  environment.resetReadTxn();
  const found: ListenerId[] = [];
  const start = listenerKey(after ?? ("" as ListenerId));
  for (const { key } of environment.getRange({ start })) {
    const listener = listenerOfKey(key);
    if (listener === undefined || found.length === count) break;
    if (listener !== after) found.push(listener);
  }
  return found;
}

function randomId(): string {
  return randomBytes(8).toString("hex");
}
