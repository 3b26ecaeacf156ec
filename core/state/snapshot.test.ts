import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hearAll, playOf } from "../../test/fixtures/heard-store.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { Failure } from "../domain/failure.ts";
import type { ListenerId, Offset, Partition } from "../domain/ids.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import type { SessionStore } from "./session-store.ts";
import { restoreSnapshot, takeSnapshot } from "./snapshot.ts";

const home = temporaryFolder();
const models = tinyModels(1);
const NOW_MS = 1_700_000_000_000;
const partition = 0 as Partition;

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

test("a snapshot that is taken during writes is of one moment", async () => {
  const [state, out, restored] = folders("busy");
  const store = openLmdbStore(state);
  await hear(store, 30);
  let isTaken = false;
  const writes = (async () => {
    for (let turn = 1; !isTaken; turn++) await hear(store, 30, turn);
  })();
  await takeSnapshot({ state, out }, NOW_MS);
  isTaken = true;
  await writes;
  await restoreSnapshot({ from: out, state: restored });
  const again = openLmdbStore(restored);
  const { next } = again.position(partition)!;
  // Each event is its listener's next one, so the records say where the moment was.
  const heard = Array.from({ length: 30 }, (_, index) => again.read(nameOf(index))!.heardOffset);
  assert.equal(Math.max(...heard), next - 1);
  assert.equal(new Set(heard).size, 30);
  for (const open of [store, again]) await open.close();
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
