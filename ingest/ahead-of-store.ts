import { assert } from "../core/domain/failure.ts";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import type { SessionStore, StoreCommit } from "../core/state/session-store.ts";

/** A store that reads what a commit writes from the moment that it is asked for, so that a batch
 *  can be computed while the one before is on its way to the disk. Only whoever writes the store
 *  may read it so: nothing of it is visible to replies, or durable, before it is in `store`.
 *
 *  A commit that fails takes what was computed on it along: nothing of its partition is read ahead
 *  any more, and the fence refuses each later commit, since the stored position is not the one that
 *  it was computed on. */
export function aheadOfStore(store: SessionStore): SessionStore {
  /** By listener, the last of those under way that writes them. */
  const writing = new Map<ListenerId, StoreCommit>();
  /** By partition, the last that is under way. */
  const moving = new Map<Partition, StoreCommit>();

  function end(commit: StoreCommit): void {
    if (moving.get(commit.partition) === commit) moving.delete(commit.partition);
    for (const listener of commit.records.keys()) {
      if (writing.get(listener) === commit) writing.delete(listener);
    }
  }

  function endPartition(partition: Partition): void {
    moving.delete(partition);
    for (const [listener, commit] of writing) {
      if (commit.partition === partition) writing.delete(listener);
    }
  }

  return {
    ...store,
    read(listener) {
      const record = writing.get(listener)?.records.get(listener);
      if (record === undefined) return store.read(listener);
      assert(!(record instanceof Uint8Array), "what is computed are records, not their bytes");
      return record ?? undefined;
    },
    position(partition) {
      // Asked in any case: what another owner committed is seen from here on.
      const stored = store.position(partition);
      return moving.get(partition)?.position ?? stored;
    },
    async commit(commit) {
      // Nothing is read ahead of a commit that fails at once, since all of this is one turn.
      const done = store.commit(commit);
      moving.set(commit.partition, commit);
      for (const listener of commit.records.keys()) writing.set(listener, commit);
      try {
        await done;
      } catch (failure) {
        endPartition(commit.partition);
        throw failure;
      }
      end(commit);
    },
  };
}
