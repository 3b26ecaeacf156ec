import type { ListenerId, Partition } from "../domain/ids.ts";
import { requireOwner } from "./fence.ts";
import { decodeRecord, recordBytes } from "./record-codec.ts";
import type { AppliedPosition, SessionStore, StoreCommit } from "./session-store.ts";
import { digestEntries } from "./store-digest.ts";
import { decodePosition, encodePosition, listenerKey, positionKey } from "./store-layout.ts";
import type { StoredRecord } from "./stored-record.ts";

/** A session store that ends with its process, for evaluation and tests. It keeps the very bytes
 *  that the LMDB store keeps, so that their digests can be compared. */
export function createMemoryStore(): SessionStore {
  const records = new Map<ListenerId, Buffer>();
  const positions = new Map<Partition, Buffer>();

  function read(listener: ListenerId): StoredRecord | undefined {
    const bytes = records.get(listener);
    return bytes && decodeRecord(bytes, listener);
  }

  function position(partition: Partition): AppliedPosition | undefined {
    const bytes = positions.get(partition);
    return bytes && decodePosition(bytes);
  }

  async function commit(commit: StoreCommit): Promise<void> {
    requireOwner(position(commit.partition), commit);
    // Encoded before anything is changed: a record that cannot be encoded changes nothing.
    const encoded = [...commit.records].map(
      ([listener, record]) => [listener, record && recordBytes(record, listener)] as const,
    );
    for (const [listener, bytes] of encoded) {
      const from = commit.computedFrom?.get(listener);
      if (from !== undefined && !records.get(listener)?.equals(from)) continue;
      if (bytes === null) records.delete(listener);
      else records.set(listener, bytes);
    }
    positions.set(commit.partition, encodePosition(commit.position));
  }

  function bytesOf(listener: ListenerId): Uint8Array | undefined {
    const bytes = records.get(listener);
    return bytes && Buffer.from(bytes);
  }

  function listenersAfter(after: ListenerId | undefined, count: number): ListenerId[] {
    const bound = after === undefined ? undefined : listenerKey(after);
    return [...records.keys()]
      .map((listener) => ({ listener, key: listenerKey(listener) }))
      .filter(({ key }) => bound === undefined || key.compare(bound) > 0)
      .sort((one, other) => one.key.compare(other.key))
      .slice(0, count)
      .map(({ listener }) => listener);
  }

  async function digest(): Promise<string> {
    const entries: [Buffer, Buffer][] = [];
    for (const [listener, bytes] of records) entries.push([listenerKey(listener), bytes]);
    for (const [partition, bytes] of positions) entries.push([positionKey(partition), bytes]);
    return digestEntries(entries.sort(([key], [other]) => key.compare(other)));
  }

  return { read, position, commit, bytesOf, listenersAfter, digest, close: async () => {} };
}
