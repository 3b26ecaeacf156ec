import assert from "node:assert/strict";
import { copyFileSync, cpSync, existsSync, readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, Offset, Partition } from "../core/domain/ids.ts";
import { openEnvironment } from "../core/lmdb/environment.ts";
import type { LogNotice } from "../core/log/log-notice.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import { damageOf } from "../core/state/store-damage.ts";
import { listenerKey } from "../core/state/store-layout.ts";
import { appliedTo } from "../test/support/apply.ts";
import { deliveryOf, listeningEvent, recordsOf } from "../test/support/listening-records.ts";
import { listeningWorld } from "../test/support/listening-world.ts";
import { newerRecord } from "../test/support/newer-record.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { openState } from "./open-state.ts";

const ann = "ann" as ListenerId;
/** Longer than any machine takes to look at a few entries. */
const LOOK_WAIT_MS = 60_000;
const home = temporaryFolder();
const LOG = recordsOf([1, 2, 3].map((number) => playOf(number)));

test("a sound store is opened as it is, and a new one is made", async () => {
  const folder = join(home, "sound");
  const digest = await hearInto(folder);
  const notices: LogNotice[] = [];
  const { store } = await openState(folder, (notice) => notices.push(notice));
  assert.deepEqual([await store.digest(), notices], [digest, []]);
  await store.close();
});

test("a damaged store is set aside, and the log makes the same one again", async () => {
  const folder = join(home, "damaged");
  const digest = await hearInto(folder);
  truncateSync(join(folder, "data.mdb"), 0);
  const notices: LogNotice[] = [];
  const { store } = await openState(folder, (notice) => notices.push(notice));
  assert.match(notices[0]?.message ?? "", /is damaged and now in .*damaged-1/);
  assert.ok(existsSync(`${folder}.damaged-1`));
  assert.equal(store.read(ann), undefined);
  await appliedTo(store).apply(LOG);
  assert.equal(await store.digest(), digest);
  await store.close();
});

test("a store that is opened before its look ends and is damaged is set aside next", async () => {
  const folder = join(home, "looked-at-later");
  const digest = await hearInto(folder);
  const environment = openEnvironment(folder);
  const key = listenerKey(ann);
  environment.putSync(key, Buffer.from(environment.getBinary(key)!).fill(0xa5, 20, 30));
  await environment.close();
  const notices: LogNotice[] = [];
  const opened = await openState(folder, (notice) => notices.push(notice), 0);
  assert.deepEqual([notices, isUnchecked(folder)], [[], true]);
  while (opened.damage() === undefined) await sleep(5);
  assert.match(opened.damage()!, /checksum/);
  await opened.store.close();

  const next = await openState(folder, (notice) => notices.push(notice), 0);
  assert.match(notices[0]?.message ?? "", /damaged-1/);
  await appliedTo(next.store).apply(LOG);
  assert.equal(await next.store.digest(), digest);
  await next.store.close();
});

test("a sound store that is opened before its look ends is known as sound after it", async () => {
  const folder = join(home, "sound-later");
  await hearInto(folder);
  const { store, damage } = await openState(folder, ({ message }) => assert.fail(message), 0);
  assert.equal(isUnchecked(folder), true);
  while (isUnchecked(folder)) await sleep(5);
  assert.equal(damage(), undefined);
  await store.close();
});

test("entries that are gone are missed without a walk", async () => {
  const folder = join(home, "gone");
  await hearInto(folder);
  const environment = openEnvironment(folder);
  environment.removeSync(listenerKey(ann));
  await environment.close();
  const notices: LogNotice[] = [];
  const { store } = await openState(folder, (notice) => notices.push(notice), 0);
  assert.match(notices[0]?.message ?? "", /LMDB counts 1 entries where 2 were written/);
  await store.close();
});

test("another store's file is refused by whoever opens it", async () => {
  const [folder, other] = [join(home, "one"), join(home, "other")];
  await hearInto(folder);
  await hearInto(other);
  copyFileSync(join(other, "data.mdb"), join(folder, "data.mdb"));
  const isOther = (error: unknown) => error instanceof Failure && error.code === "bad_record";
  assert.throws(() => openLmdbStore(folder), isOther);
  const reader = openLmdbReader(folder);
  assert.throws(() => reader.read(ann), isOther);
  await reader.close();
  assert.deepEqual(readdirSync(folder).toSorted(), ["data.mdb", "lock.mdb", "store.json"]);
});

test("a store whose records are of format 2 opens whole, and ingest goes on", async () => {
  const folder = join(home, "of-format-2");
  cpSync(join(import.meta.dirname, "../test/fixtures/store-records-2"), folder, {
    recursive: true,
  });
  const { store } = await openState(folder, ({ message }) => assert.fail(message));
  const listeners = store.listenersAfter(undefined, 100);
  assert.deepEqual([listeners.length, store.position(0 as Partition)?.next], [12, 120]);
  for (const listener of listeners) assert.ok(store.read(listener)!.steps > 0);
  const applied = appliedTo(store);
  const world = { listeners: 12, tracks: 5, seed: 46 };
  await applied.apply(recordsOf(listeningWorld({ ...world, events: 240 })));
  assert.equal(applied.counts.replayed, 120, "it knows how far the older version came");
  await store.close();
  assert.equal(await damageOf(folder), undefined);
});

test("a store of records too new for this version is set aside, and the log heard", async () => {
  const folder = join(home, "too-new");
  const digest = await hearInto(folder);
  const newer = openLmdbStore(folder);
  const { next, ...place } = newer.position(0 as Partition)!;
  const record = newerRecord(newer.bytesOf(ann)!, ann);
  const position = { next: (next + 1) as Offset, ...place };
  const records = new Map([[ann, record]]);
  await newer.commit({ partition: 0 as Partition, expectedNext: next, position, records });
  await newer.close();
  const notices: LogNotice[] = [];
  const { store } = await openState(folder, (notice) => notices.push(notice), LOOK_WAIT_MS);
  assert.match(notices[0]?.message ?? "", /damaged-1: a listener's record has format version 200/);
  await appliedTo(store).apply(LOG);
  assert.equal(await store.digest(), digest);
  await store.close();
});

function playOf(number: number) {
  return deliveryOf(listeningEvent({ eventId: `${number}` }));
}

function isUnchecked(folder: string): boolean {
  return existsSync(join(folder, "unchecked"));
}

/** Makes a store that has heard the log; resolves with its digest. */
async function hearInto(folder: string): Promise<string> {
  const store = openLmdbStore(folder);
  await appliedTo(store).apply(LOG);
  const digest = await store.digest();
  await store.close();
  return digest;
}
