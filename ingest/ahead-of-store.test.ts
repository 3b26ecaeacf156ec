import assert from "node:assert/strict";
import { test } from "node:test";
import type { BundleMark, ListenerId, Offset, Partition } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { testSessionStore } from "../core/state/session-store.contract.ts";
import type { SessionStore, StoreCommit } from "../core/state/session-store.ts";
import { aheadOfStore } from "./ahead-of-store.ts";

testSessionStore("ahead of memory", async () => aheadOfStore(createMemoryStore()));

const [ann, bob] = ["ann", "bob"] as ListenerId[] as [ListenerId, ListenerId];
const partition = 0 as Partition;

test("a commit is read before it is in the store, and nobody else sees it", async () => {
  const { memory, ahead, goOn } = heldStore();
  const first = ahead.commit(commitOf(0, 1, [ann]));
  const second = ahead.commit(commitOf(1, 2, [bob]));
  assert.deepEqual([ahead.read(ann)?.heardOffset, ahead.read(bob)?.heardOffset], [0, 1]);
  assert.equal(ahead.position(partition)?.next, 2);
  assert.deepEqual([memory.read(ann), memory.position(partition)], [undefined, undefined]);
  goOn();
  await Promise.all([first, second]);
  assert.equal(memory.position(partition)?.next, 2);
  assert.deepEqual(ahead.read(bob), memory.read(bob));
});

test("a listener who is being forgotten is not known any more", async () => {
  const { ahead, goOn } = heldStore();
  const first = ahead.commit(commitOf(0, 1, [ann]));
  const second = ahead.commit({ ...commitOf(1, 2, []), records: new Map([[ann, null]]) });
  assert.equal(ahead.read(ann), undefined);
  goOn();
  await Promise.all([first, second]);
});

test("what was computed on a commit that failed fails after it", async () => {
  const { memory, ahead, goOn } = heldStore();
  const stale = ahead.commit(commitOf(7, 8, [ann]));
  const after = ahead.commit(commitOf(8, 9, [bob]));
  goOn();
  await assert.rejects(stale, { code: "stale_owner" });
  await assert.rejects(after, { code: "stale_owner" });
  assert.deepEqual([ahead.read(ann), ahead.read(bob)], [undefined, undefined]);
  assert.equal(ahead.position(partition), undefined);
  await ahead.commit(commitOf(0, 1, [ann]));
  assert.equal(memory.read(ann)?.heardOffset, 0);
});

/** A store whose first commits wait until they may go on. */
function heldStore() {
  const memory = createMemoryStore();
  const { promise: gone, resolve: goOn } = Promise.withResolvers<void>();
  const held: SessionStore = {
    ...memory,
    async commit(commit) {
      await gone;
      await memory.commit(commit);
    },
  };
  return { memory, ahead: aheadOfStore(held), goOn };
}

function commitOf(from: number, next: number, listeners: readonly ListenerId[]): StoreCommit {
  const position = { epoch: 0, next: next as Offset, appendedAtMs: 0 };
  const records = new Map(listeners.map((listener) => [listener, recordAt(from)]));
  return { partition, expectedNext: from as Offset, position, records };
}

function recordAt(offset: number): ListenerRecord {
  return {
    bundle: "00112233aabbccdd" as BundleMark,
    partition,
    epoch: 0,
    heardOffset: offset as Offset,
    lastEventAtMs: 1_700_000_000_000,
    session: undefined,
    sessionSteps: 1,
    steps: 1,
    recent: [],
    heardEvents: [],
    disliked: [],
    hidden: {},
  };
}
