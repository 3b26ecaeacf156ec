import { mkdirSync } from "node:fs";
import { open, type RootDatabase } from "lmdb";
import { Failure } from "../domain/failure.ts";
import type { ListenerId, Partition } from "../domain/ids.ts";
import { requireOwner } from "./fence.ts";
import type { ListenerRecord } from "./listener-record.ts";
import { STORE_OPTIONS } from "./lmdb-reader.ts";
import { decodeRecord, encodeRecord } from "./record-codec.ts";
import type { AppliedPosition, SessionStore, StoreCommit } from "./session-store.ts";
import { digestEntries } from "./store-digest.ts";
import { decodePosition, encodePosition, listenerKey, positionKey } from "./store-layout.ts";

/** A commit that is not on the disk after this long is reported as `store_unavailable`. */
const FLUSH_TIMEOUT_MS = 60_000;

/** The durable session store: one LMDB environment in `folder`, which is made where it does not exist.
 *  One process writes it; any number read it through `openLmdbReader`. */
export function openLmdbStore(folder: string): SessionStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = open<Buffer, Buffer>({ ...STORE_OPTIONS, path: folder });

  function read(listener: ListenerId): ListenerRecord | undefined {
    const bytes = db.getBinary(listenerKey(listener));
    return bytes && decodeRecord(bytes, listener);
  }

  function storedPosition(partition: Partition): AppliedPosition | undefined {
    const bytes = db.getBinary(positionKey(partition));
    return bytes && decodePosition(bytes);
  }

  function position(partition: Partition): AppliedPosition | undefined {
    // Every batch begins here, so this is where it sees what another owner committed meanwhile.
    db.resetReadTxn();
    return storedPosition(partition);
  }

  async function commit(commit: StoreCommit): Promise<void> {
    const encoded = [...commit.records].map(
      ([listener, record]) =>
        [listenerKey(listener), record && encodeRecord(record, listener)] as const,
    );
    const positionBytes = encodePosition(commit.position);
    await transact(db, () => {
      requireOwner(storedPosition(commit.partition), commit);
      for (const [key, bytes] of encoded) {
        if (bytes === null) db.removeSync(key);
        else db.putSync(key, bytes);
      }
      db.putSync(positionKey(commit.partition), positionBytes);
    });
    db.resetReadTxn();
  }

  async function digest(): Promise<string> {
    db.resetReadTxn();
    return digestEntries(entriesOf(db));
  }

  return { read, position, commit, digest, close: () => db.close() };
}

/** Runs `write` in one transaction and waits until it is on the disk. All of it is written or nothing. */
async function transact(db: RootDatabase<Buffer, Buffer>, write: () => void): Promise<void> {
  try {
    // A child transaction, because lmdb-js commits what a plain one wrote before it threw.
    await db.childTransaction(write);
    // A resolved transaction is visible to readers but not yet durable.
    await withinTimeout(db.flushed);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const cause = await rootCause(error);
    throw new Failure("store_unavailable", `the session store did not commit: ${cause}`, { cause });
  }
}

/** lmdb-js hands the reason of a failed commit over as a promise that rejects; unless somebody waits for
 *  it, the process ends with an unhandled rejection. */
async function rootCause(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && "commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

async function withinTimeout(flushed: Promise<boolean>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`the disk took longer than ${FLUSH_TIMEOUT_MS} ms`));
  }, FLUSH_TIMEOUT_MS);
  try {
    await Promise.race([flushed, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function* entriesOf(db: RootDatabase<Buffer, Buffer>): Generator<[Buffer, Buffer]> {
  for (const { key, value } of db.getRange()) yield [key, value];
}
