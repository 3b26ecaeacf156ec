import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hearAll, playOf } from "../../test/fixtures/heard-store.ts";
import { appliedTo } from "../../test/support/apply.ts";
import { recordsOf } from "../../test/support/listening-records.ts";
import { endlessListening } from "../../test/support/listening-world.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { Failure } from "../domain/failure.ts";
import type { ListenerId, Offset, Partition } from "../domain/ids.ts";
import type { LogRecord } from "../log/event-log.ts";
import { openLmdbReader } from "./lmdb-reader.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import type { SessionStore } from "./session-store.ts";
import { restoreSnapshot, takeSnapshot } from "./snapshot.ts";

const home = temporaryFolder();
const models = tinyModels(1);
const NOW_MS = 1_700_000_000_000;
const partition = 0 as Partition;
const BACKUPS = 100;

test("a restored snapshot has the store's digest, and its readers find everyone", async () => {
  const [state, out, restored] = folders("plain");
  const store = openLmdbStore(state);
  await hear(store, 40);
  const taken = await takeSnapshot({ state, out }, NOW_MS);
  assert.deepEqual([taken.listeners, taken.digest], [40, await store.digest()]);
  assert.deepEqual(await restoreSnapshot({ from: out, state: restored }), taken);
  const again = openLmdbStore(restored);
  assert.equal(await again.digest(), taken.digest);
  assert.deepEqual(again.read(nameOf(7)), store.read(nameOf(7)));
  for (const open of [store, again]) await open.close();
});

test("a hundred backups during writes each equal a replay up to their offset", async (t) => {
  const [state, out] = folders("busy");
  const store = openLmdbStore(state);
  const log = endlessListening({ listeners: 60, tracks: 5, seed: 24 });
  const written: LogRecord[] = [];
  const ingest = appliedTo(store);
  let isTaken = false;
  const writes = (async () => {
    while (!isTaken) {
      const batch = recordsOf(Array.from({ length: 7 }, log), written.length);
      written.push(...batch);
      await ingest.apply(batch);
    }
  })();
  const moments = new Map<number, string>();
  for (let backup = 0; backup < BACKUPS; backup++) {
    const { digest } = await takeSnapshot({ state, out }, NOW_MS);
    moments.set(await positionIn(out), digest);
  }
  isTaken = true;
  await writes;
  await store.close();
  assert.ok(moments.size > BACKUPS / 2, `${moments.size} moments: the store was written meanwhile`);
  const replay = appliedTo();
  let equal = 0;
  for (const [next, digest] of moments) {
    await replay.apply(written.slice(replay.store.position(partition)?.next ?? 0, next));
    assert.equal(await replay.store.digest(), digest);
    equal += 1;
  }
  t.diagnostic(`figure: ${BACKUPS} backups during writes, of ${equal} moments, all as a replay`);
});

test("a damaged snapshot is never restored", async () => {
  const [state, out, restored] = folders("damaged");
  const store = openLmdbStore(state);
  await hear(store, 20);
  await store.close();
  await takeSnapshot({ state, out }, NOW_MS);
  const file = join(out, "data.mdb");
  const sound = readFileSync(file);
  for (let trial = 0; trial < 20; trial++) {
    const bytes = Buffer.from(sound);
    bytes[Math.floor(((trial + 0.5) / 20) * bytes.length)]! ^= 0x10;
    writeFileSync(file, bytes);
    await assert.rejects(restoreSnapshot({ from: out, state: restored }), isFailure("bad_record"));
    assert.ok(!existsSync(restored));
  }
  writeFileSync(file, sound);
  await restoreSnapshot({ from: out, state: restored });
});

test("neither snapshot nor restore takes a folder that exists", async () => {
  const [state, out] = folders("there");
  const store = openLmdbStore(state);
  await hear(store, 2);
  await store.close();
  await takeSnapshot({ state, out }, NOW_MS);
  await assert.rejects(takeSnapshot({ state, out }, NOW_MS), isFailure("bad_configuration"));
  await assert.rejects(restoreSnapshot({ from: out, state }), isFailure("bad_configuration"));
  await restoreSnapshot({ from: out, state }, { asideName: "there-aside" });
  assert.ok(existsSync(join(home, "there-aside", "data.mdb")));
});

test("no byte of a forgotten listener is in a snapshot, nor in a store made of it", async () => {
  const [state, out, restored] = folders("forgotten");
  const store = openLmdbStore(state);
  await hear(store, 200);
  const { next } = store.position(partition)!;
  const records = new Map([[nameOf(123), null]]);
  const position = { ...store.position(partition)!, next: (next + 1) as Offset };
  await store.commit({ partition, expectedNext: next, position, records });
  await takeSnapshot({ state, out }, NOW_MS);
  await restoreSnapshot({ from: out, state: restored });
  await store.close();
  for (const folder of [out, restored]) {
    const bytes = readFileSync(join(folder, "data.mdb"));
    assert.equal(bytes.includes(nameOf(123)), false);
    assert.ok(bytes.includes(nameOf(124)));
  }
});

/** The offset to read next of a snapshot, which is removed. */
async function positionIn(folder: string): Promise<number> {
  const reader = openLmdbReader(folder);
  const { next } = reader.position(partition)!;
  await reader.close();
  rmSync(folder, { recursive: true });
  return next;
}

function folders(name: string): [state: string, out: string, restored: string] {
  return ["state", "snapshot", "restored"].map((kind) => join(home, `${name}-${kind}`)) as never;
}

function nameOf(index: number): ListenerId {
  return `listener-number-${index}` as ListenerId;
}

function hear(store: SessionStore, listeners: number, minute = 0): Promise<void> {
  const events = Array.from({ length: listeners }, (_, index) =>
    playOf("track-1", minute, { listener: nameOf(index), eventId: `${minute}-${index}` as never }),
  );
  return hearAll(store, models, events);
}

function isFailure(code: string) {
  return (error: unknown) => error instanceof Failure && error.code === code;
}
