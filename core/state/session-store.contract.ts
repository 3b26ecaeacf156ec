import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../domain/failure.ts";
import type {
  BundleMark,
  EventHash,
  ListenerId,
  Offset,
  Partition,
  SessionId,
  TrackHash,
} from "../domain/ids.ts";
import { NO_RECENT_EVENTS } from "./recent-events.ts";
import type { AppliedPosition, SessionStore, StoreCommit } from "./session-store.ts";
import { type StoredRecord, storedRecord } from "./stored-record.ts";

/** What every session store must do; each implementation's test calls this. */
export function testSessionStore(name: string, openStore: () => Promise<SessionStore>): void {
  const check = (sentence: string, body: (store: SessionStore) => Promise<void>) => {
    test(`${name}: ${sentence}`, async () => {
      const store = await openStore();
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });
  };

  check("nothing is known before the first commit", async (store) => {
    assert.equal(store.read(ann), undefined);
    assert.equal(store.position(partition), undefined);
  });

  check("what was committed is read back", async (store) => {
    const records = new Map([
      [ann, recordAt(6)],
      [bob, { ...recordAt(7), session: undefined, hidden: {}, recent: NO_RECENT_EVENTS }],
    ]);
    await commitTo(store, 0, 8, records);
    assert.deepEqual(store.read(ann), records.get(ann));
    assert.deepEqual(store.read(bob), records.get(bob));
    assert.deepEqual(store.position(partition), positionAt(8));
    assert.equal(store.position(1 as Partition), undefined);
  });

  check("a record that was read is not changed by later commits", async (store) => {
    await commitTo(store, 0, 7, new Map([[ann, recordAt(6)]]));
    const before = store.read(ann);
    await commitTo(store, 7, 8, new Map([[ann, { ...recordAt(7), hidden: {} }]]));
    assert.deepEqual(before, recordAt(6));
  });

  check("a commit from another position is refused and writes nothing", async (store) => {
    await commitTo(store, 0, 7, new Map([[ann, recordAt(6)]]));
    const digest = await store.digest();
    const changes = new Map([
      [ann, null],
      [bob, recordAt(9)],
    ]);
    for (const stale of [0, 6, 8]) {
      await assert.rejects(commitTo(store, stale, 10, changes), isStaleOwner);
    }
    assert.deepEqual(store.read(ann), recordAt(6));
    assert.equal(store.read(bob), undefined);
    assert.equal(await store.digest(), digest);
  });

  check("a commit of an older epoch is refused", async (store) => {
    const position = { ...positionAt(3), epoch: 1 };
    await store.commit({ partition, expectedNext: offset(0), position, records: new Map() });
    await assert.rejects(commitTo(store, 3, 4, new Map()), isStaleOwner);
  });

  check(
    "an epoch begins on the epoch before it, whatever the offset has come to",
    async (store) => {
      const begin = (expectedEpoch: number) =>
        store.commit({
          partition,
          expectedNext: offset(3),
          expectedEpoch,
          position: { ...positionAt(0), epoch: expectedEpoch + 1 },
          records: new Map(),
        });
      await commitTo(store, 0, 3, new Map());
      await begin(0);
      const position = { ...positionAt(3), epoch: 1 };
      await store.commit({ partition, expectedNext: offset(0), position, records: new Map() });
      await assert.rejects(begin(0), isStaleOwner);
      assert.deepEqual(store.position(partition), position);
    },
  );

  check("of two commits that race from one position one is refused", async (store) => {
    const race = [
      commitTo(store, 0, 7, new Map([[ann, recordAt(6)]])),
      commitTo(store, 0, 8, new Map([[bob, recordAt(7)]])),
    ];
    const outcomes = (await Promise.allSettled(race)).map((outcome) => outcome.status);
    assert.deepEqual(outcomes.toSorted(), ["fulfilled", "rejected"]);
    assert.equal(store.read(ann) === undefined, store.position(partition)?.next === 8);
  });

  check("a commit that cannot be encoded writes nothing", async (store) => {
    const tooLong = { ...recordAt(6), heardEvents: Array<EventHash>(1000).fill(1 as EventHash) };
    const records = new Map([
      [ann, recordAt(6)],
      [bob, tooLong],
    ]);
    await assert.rejects(commitTo(store, 0, 7, records));
    assert.equal(store.read(ann), undefined);
    assert.equal(store.position(partition), undefined);
  });

  check("a forgotten listener is gone and leaves no trace in the digest", async (store) => {
    await commitTo(store, 0, 8, new Map([[bob, recordAt(7)]]));
    const without = await store.digest();
    await commitTo(store, 8, 8, new Map([[ann, recordAt(6)]]));
    assert.notEqual(await store.digest(), without);
    await commitTo(store, 8, 8, new Map([[ann, null]]));
    assert.equal(store.read(ann), undefined);
    assert.equal(await store.digest(), without);
  });

  check(
    "a record's own bytes can be committed, and are the ones that are stored",
    async (store) => {
      await commitTo(store, 0, 7, new Map([[ann, recordAt(6)]]));
      const [digest, bytes] = [await store.digest(), store.bytesOf(ann)!];
      await commitTo(store, 7, 7, new Map([[ann, null]]));
      assert.equal(store.bytesOf(ann), undefined);
      await commitTo(store, 7, 7, new Map([[ann, bytes]]));
      assert.deepEqual(store.read(ann), recordAt(6));
      assert.equal(await store.digest(), digest);
    },
  );

  check("a record that is another by now is left to whoever wrote it", async (store) => {
    await commitTo(store, 0, 7, new Map([ann, bob].map((listener) => [listener, recordAt(6)])));
    const seen = store.bytesOf(ann)!;
    const computedFrom = new Map([ann, bob].map((listener) => [listener, seen]));
    await commitTo(store, 7, 7, new Map([[ann, recordAt(8)]]));
    const records = new Map([ann, bob].map((listener) => [listener, null]));
    // Of the same content, but under another listener's checksum.
    computedFrom.set(bob, store.bytesOf(bob)!);
    const at = { partition, expectedNext: offset(7), position: positionAt(7) };
    await store.commit({ ...at, records, computedFrom });
    assert.deepEqual([store.read(ann), store.read(bob)], [recordAt(8), undefined]);
  });

  check("a position says who is idle where somebody may be", async (store) => {
    const position = { ...positionAt(7), idleBeforeMs: -1_700_000_000_001 };
    await store.commit({ partition, expectedNext: offset(0), position, records: new Map() });
    assert.deepEqual(store.position(partition), position);
  });

  check("listeners are listed in the order of their bytes, a page at a time", async (store) => {
    const names = ["b", "é", "ab", "a", "c"] as ListenerId[];
    await commitTo(store, 0, 7, new Map(names.map((name) => [name, recordAt(6)])));
    assert.deepEqual(store.listenersAfter(undefined, 3), ["a", "ab", "b"]);
    assert.deepEqual(store.listenersAfter("b" as ListenerId, 3), ["c", "é"]);
    assert.deepEqual(store.listenersAfter("bb" as ListenerId, 1), ["c"]);
    assert.deepEqual(store.listenersAfter("é" as ListenerId, 3), []);
  });

  check("partitions have positions of their own", async (store) => {
    await commitTo(store, 0, 7, new Map());
    const other = 1 as Partition;
    await store.commit({
      partition: other,
      expectedNext: offset(0),
      position: positionAt(3),
      records: new Map(),
    });
    assert.equal(store.position(partition)?.next, 7);
    assert.equal(store.position(other)?.next, 3);
  });

  check("ids of 256 bytes of any script are taken", async (store) => {
    const long = "é".repeat(128) as ListenerId;
    await commitTo(store, 0, 7, new Map([[long, recordAt(6)]]));
    assert.deepEqual(store.read(long), recordAt(6));
  });

  check("the digest is the known one for known content", async (store) => {
    const records = new Map([
      ["béla" as ListenerId, recordAt(5)],
      [bob, recordAt(7)],
      [ann, recordAt(6)],
    ]);
    await commitTo(store, 0, 8, records);
    assert.equal(await store.digest(), GOLDEN_DIGEST);
  });
}

/** Changes only with the bytes of records or positions, which means a new format version. */
const GOLDEN_DIGEST = "fc4c48aebb0d5548e61f2bb856aa4d6e15f02c0ca798e6e04954f373ba1ef694";

const ann = "ann" as ListenerId;
const bob = "bob" as ListenerId;
const partition = 0 as Partition;
const offset = (value: number) => value as Offset;

function positionAt(next: number): AppliedPosition {
  return { epoch: 0, next: offset(next), appendedAtMs: 1_700_000_000_000 + next };
}

function recordAt(heard: number): StoredRecord {
  return storedRecord({
    bundle: "ab".repeat(8) as BundleMark,
    partition,
    epoch: 0,
    heardOffset: offset(heard),
    lastEventAtMs: 1_700_000_000_123,
    session: "s" as SessionId,
    sessionSteps: 1,
    steps: 2,
    recent: [
      {
        track: (2 ** 53 - 1) as TrackHash,
        happenedAtMs: 1_700_000_000_000,
        kind: "skipped",
        fractionPlayed: 0.25,
        gapMs: 77,
        sessionStart: true,
        context: "radio",
        shuffle: true,
      },
    ],
    heardEvents: [1, 2 ** 40 - 1] as EventHash[],
    disliked: [7] as TrackHash[],
    hidden: { short: Float32Array.of(0.5, -1), long: Float32Array.of(3) },
  });
}

function commitTo(
  store: SessionStore,
  expectedNext: number,
  next: number,
  records: StoreCommit["records"],
): Promise<void> {
  const position = positionAt(next);
  return store.commit({ partition, expectedNext: offset(expectedNext), position, records });
}

function isStaleOwner(error: unknown): boolean {
  return error instanceof Failure && error.code === "stale_owner";
}
