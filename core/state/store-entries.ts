import { Failure } from "../domain/failure.ts";
import type { ListenerId, Partition } from "../domain/ids.ts";
import type { Environment } from "../lmdb/environment.ts";
import { decodeRecord } from "./record-codec.ts";
import type { AppliedPosition } from "./session-store.ts";
import { decodePosition, listenerKey, positionKey } from "./store-layout.ts";
import { SEAL_KEY } from "./store-seal.ts";
import type { StoredRecord } from "./stored-record.ts";

/** One entry of a session store, and what its bytes are. */
export interface StoreEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** What an entry holds. `damage` says why its bytes are not what the store wrote. */
export type EntryContent =
  | { readonly listener: ListenerId; readonly record: StoredRecord }
  | { readonly partition: Partition; readonly position: AppliedPosition }
  | { readonly listener?: ListenerId; readonly partition?: Partition; readonly damage: string };

/** Every entry but the seal in key order, as they were when the reading began, whatever is
 *  committed meanwhile. */
export function* storeEntries(environment: Environment): Generator<StoreEntry> {
  for (const { key, value } of walkedEntries(environment)) {
    if (!key.equals(SEAL_KEY)) yield { key, value };
  }
}

/** An entry that LMDB's cursor came to. */
export interface WalkedEntry extends StoreEntry {
  /** Whether a search from the root finds the same bytes under its key. */
  isFound(): boolean;
}

/** Every entry, the seal too, of one moment. */
export function* walkedEntries(environment: Environment): Generator<WalkedEntry> {
  environment.resetReadTxn();
  const transaction = environment.useReadTransaction();
  try {
    for (const { key, value: lent } of environment.getRange({ transaction })) {
      // A copy, since the next read may use its memory again.
      const value = Buffer.from(lent);
      const isFound = () => environment.get(key, { transaction })?.equals(value) ?? false;
      yield { key, value, isFound };
    }
  } finally {
    transaction.done();
  }
}

/** Checks an entry's bytes down to the last one. */
export function contentOf({ key, value }: StoreEntry): EntryContent {
  const owner = ownerOf(key);
  try {
    if (owner.listener !== undefined) {
      return { listener: owner.listener, record: decodeRecord(value, owner.listener) };
    }
    if (owner.partition !== undefined) {
      return { partition: owner.partition, position: decodePosition(value) };
    }
    return { damage: "a key that is no store's" };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { ...owner, damage: failure.message };
  }
}

/** Whose entry a key is; of a key that no store writes nobody's. */
function ownerOf(key: Buffer): { readonly listener?: ListenerId; readonly partition?: Partition } {
  const listener = key.subarray(1).toString("utf8") as ListenerId;
  if (listener.length > 0 && listenerKey(listener).equals(key)) return { listener };
  if (key.length !== POSITION_KEY_BYTES) return {};
  const partition = key.readUInt32BE(1) as Partition;
  return positionKey(partition).equals(key) ? { partition } : {};
}

const POSITION_KEY_BYTES = 5;
