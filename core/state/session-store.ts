import type { ListenerId, Offset, Partition } from "../domain/ids.ts";
import type { StoredRecord } from "./stored-record.ts";

/** How far a partition of the listening log was applied. */
export interface AppliedPosition {
  /** How often the partition began anew, as when its topic was made again. Offsets of different
   *  epochs cannot be compared. */
  readonly epoch: number;
  /** The offset to read next. */
  readonly next: Offset;
  /** When the last applied record entered the log, milliseconds since 1970-01-01 UTC. */
  readonly appendedAtMs: number;
  /** Listeners who were last heard before this, in event time, are idle: see `evict.ts`. It only
   *  grows; absent where nobody was ever evicted. */
  readonly idleBeforeMs?: number;
}

/** What a batch changes, all of it or nothing. */
export interface StoreCommit {
  readonly partition: Partition;
  /** The stored `next` on which the batch was computed, 0 where there was none. The commit is
   *  refused with `stale_owner` when it is another by now, or when the stored epoch is above
   *  `position`'s: somebody else applied the partition meanwhile. */
  readonly expectedNext: Offset;
  /** The stored epoch on which a new one follows. Without it a stored epoch up to `position`'s will
   *  do: offsets of one epoch only grow, but those of a new one can come to be `expectedNext`. */
  readonly expectedEpoch?: number;
  readonly position: AppliedPosition;
  /** Null forgets the listener: nothing of them is left, not even a marker. Bytes are a record as a
   *  store keeps it, checked by whoever read them. */
  readonly records: ReadonlyMap<ListenerId, StoredRecord | Uint8Array | null>;
  /** The bytes that records were computed from: one that has others by now stays as it is. */
  readonly computedFrom?: ReadonlyMap<ListenerId, Uint8Array>;
}

/** Reading side: what the scorer sees. It never writes. */
export interface StateReader {
  /** Undefined for a listener who was never heard. A record that fails its checksum throws
   *  `bad_record`. */
  read(listener: ListenerId): StoredRecord | undefined;
  /** Undefined for a partition that was never applied. */
  position(partition: Partition): AppliedPosition | undefined;
  /** Resolves when there may be something new to see, be it a commit after this call or not. Only
   *  there where that is sooner than looking again and again. */
  readonly nextCommit?: () => Promise<void>;
  close(): Promise<void>;
}

/** Listener records and log positions under one transaction. Two stores implement it, LMDB and
 *  memory. */
export interface SessionStore extends StateReader {
  /** Resolves when the commit is durable. Throws `stale_owner` and `store_unavailable`, and then
   *  has written nothing. */
  commit(commit: StoreCommit): Promise<void>;
  /** The record's bytes as they are stored, a copy; undefined as for `read`. Not checked. */
  bytesOf(listener: ListenerId): Uint8Array | undefined;
  /** At most `count` listeners in key order, beginning after `after` where it is given. */
  listenersAfter(after: ListenerId | undefined, count: number): ListenerId[];
  /** SHA-256 over every key and value in key order: equal stores have equal digests. */
  digest(): Promise<string>;
}
