import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import { isEvicted } from "../core/state/evict.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import { digestAsRead } from "../test/simulation/oracle.ts";
import { appliedTo } from "../test/support/apply.ts";
import { close, host, newWorld, ONLY } from "../test/support/changelog-world.ts";
import {
  BEGAN_AT_MS,
  deliveryOf,
  listeningEvent,
  recordsOf,
} from "../test/support/listening-records.ts";
import { newerRecord } from "../test/support/newer-record.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { changelogEntry } from "./changelog/changelog-records.ts";
import { sweepIdle } from "./sweep-idle.ts";

const HOUR_MS = 3_600_000;
const EVICT_AFTER_MS = 24 * HOUR_MS;
const [ann, bob] = ["ann", "bob"] as [ListenerId, ListenerId];
const owned = () => [ONLY];

/** Fifty listeners for an hour, then one of them for two days. */
const records = recordsOf([
  ...Array.from({ length: 600 }, (_, index) => playAt(index * 6_000, `l-${index % 50}`)),
  ...Array.from({ length: 48 }, (_, index) => playAt((index + 1) * HOUR_MS, "l-7")),
]);

test("a sweep evicts who is idle, and nothing that is read changes", async () => {
  const { store, apply } = appliedTo(undefined, undefined, EVICT_AFTER_MS);
  await apply(records.slice(0, 600));
  const sweep = sweepIdle({ store, partitions: 1, owned, atOnce: 20 });
  assert.equal(await whole(sweep), 0);
  await apply(records.slice(600));
  const [before, asRead] = [await store.digest(), await digestAsRead(store, 1)];
  assert.equal(await whole(sweep), 49);
  assert.notEqual(await store.digest(), before);
  assert.equal(await digestAsRead(store, 1), asRead);
  assert.equal(await whole(sweep), 0);
  assert.deepEqual([isEvictedIn(store, "l-7"), isEvictedIn(store, "l-8")], [false, true]);
});

test("a log ends in one state however it is cut and swept meanwhile", async () => {
  const digests = new Set<string>();
  for (const size of [1, 7, 648]) {
    const { store, apply } = appliedTo(undefined, undefined, HOUR_MS / 2);
    const sweep = sweepIdle({ store, partitions: 1, owned, atOnce: 3 });
    for (let from = 0; from < records.length; from += size) {
      await apply(records.slice(from, from + size));
      await sweep.look();
    }
    digests.add(await digestAsRead(store, 1));
  }
  assert.equal(digests.size, 1);
});

test("without an age nobody is idle, and the state's bytes are as ever", async () => {
  const { store, apply } = appliedTo();
  await apply(records);
  assert.equal("idleBeforeMs" in store.position(ONLY)!, false);
  assert.equal(await whole(sweepIdle({ store, partitions: 1, owned })), 0);
});

test("whoever was evicted stays so where the age is taken back", async () => {
  const { store, apply } = appliedTo(undefined, undefined, EVICT_AFTER_MS);
  await apply(records);
  const { idleBeforeMs } = store.position(ONLY)!;
  await appliedTo(store).apply(recordsOf([playAt(90 * HOUR_MS, "l-7")], records.length));
  assert.equal(store.position(ONLY)!.idleBeforeMs, idleBeforeMs);
});

test("a player whose clock is ahead makes nobody idle before the log's own time", async () => {
  const { store, apply } = appliedTo(undefined, undefined, EVICT_AFTER_MS);
  const ahead = { ...playAt(23 * HOUR_MS, "ann"), timestampMs: BEGAN_AT_MS };
  await apply(recordsOf([ahead]));
  assert.equal(store.position(ONLY)!.idleBeforeMs, BEGAN_AT_MS - EVICT_AFTER_MS);
});

test("a partition of another host, and a record that cannot be read, are left alone", async () => {
  const { store, apply } = appliedTo(undefined, undefined, HOUR_MS);
  const late = { timestampMs: BEGAN_AT_MS + 9 * HOUR_MS };
  await apply(
    recordsOf([playAt(0, ann), playAt(0, bob), { ...playAt(9 * HOUR_MS, "cleo"), ...late }]),
  );
  const others = sweepIdle({ store, partitions: 1, owned: () => [1 as Partition] });
  assert.equal(await whole(others), 0);
  const position = store.position(ONLY)!;
  const unreadable = new Map([[ann, newerRecord(store.bytesOf(ann)!, ann)]]);
  const at = { partition: ONLY, expectedNext: position.next, position };
  await store.commit({ ...at, records: unreadable });
  assert.equal(await whole(sweepIdle({ store, partitions: 1, owned })), 1);
  assert.ok(isEvictedIn(store, bob));
  assert.deepEqual(store.bytesOf(ann), unreadable.get(ann));
});

test("what was swept is written to the changelog with what comes next", async () => {
  const world = newWorld();
  const first = host(world);
  await first.gain();
  const { store } = first.keeper;
  const { apply } = appliedTo(store, tinyModels(1), HOUR_MS);
  await apply(recordsOf([playAt(0, ann)]));
  await first.keeper.publish();
  await apply(recordsOf([playAt(9 * HOUR_MS, bob)], 1));
  assert.equal(await whole(sweepIdle({ store, partitions: 1, owned })), 1);
  await first.keeper.publish();
  const { records: written } = await world.changelog.read(ONLY, 0 as never);
  const last = written
    .map(changelogEntry)
    .findLast((one) => "listener" in one && one.listener === ann);
  assert.ok(last !== undefined && "bytes" in last);
  assert.deepEqual(last.bytes, store.bytesOf(ann));
  assert.ok(isEvictedIn(store, ann));
  await close(first);
});

/** All looks of one round. */
async function whole(sweep: ReturnType<typeof sweepIdle>): Promise<number> {
  let count = await sweep.look();
  while (!sweep.isRound()) count += await sweep.look();
  return count;
}

function isEvictedIn(store: SessionStore, listener: string): boolean {
  return isEvicted(store.read(listener as ListenerId)!);
}

function playAt(afterMs: number, listener: string) {
  const happenedAtMs = BEGAN_AT_MS + afterMs;
  const track = `track-${afterMs % 11}`;
  return deliveryOf(
    listeningEvent({ eventId: `${listener} ${afterMs}`, listener, track, happenedAtMs }),
  );
}
