import assert from "node:assert/strict";
import { renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { appliedTo } from "../../test/support/apply.ts";
import { deliveryOf, listeningEvent, recordsOf } from "../../test/support/listening-records.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { ListenerId, Partition } from "../domain/ids.ts";
import { openLmdbReader } from "./lmdb-reader.ts";
import { openLmdbStore } from "./lmdb-store.ts";

const home = temporaryFolder();

test("a reader goes over to the store that is made where its own was set aside", async () => {
  const folder = join(home, "state");
  const old = await heardBy(folder, "ann");
  const reader = openLmdbReader(folder);
  assert.deepEqual(known(reader), ["ann"]);

  renameSync(folder, `${folder}.damaged-1`);
  await nextTurn();
  assert.deepEqual(known(reader), [], "what was set aside is not served any more");
  assert.equal(reader.position(0 as Partition), undefined);

  const made = await heardBy(folder, "bea");
  await nextTurn();
  assert.deepEqual(known(reader), ["bea"]);
  await reader.close();
  for (const store of [old, made]) await store.close();
});

test("a file that is cut short under a reader is refused, and its end not touched", async () => {
  const folder = join(home, "cut");
  const cut = await heardBy(folder, "ann");
  await cut.close();
  const reader = openLmdbReader(folder);
  assert.deepEqual(known(reader), ["ann"]);
  truncateSync(join(folder, "data.mdb"), 8192);
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn();
    const isCut = { code: "store_unavailable", message: /cut short/ };
    assert.throws(() => reader.read("ann" as ListenerId), isCut);
  }
  renameSync(folder, `${folder}.damaged-1`);
  const made = await heardBy(folder, "bea");
  await nextTurn();
  assert.deepEqual(known(reader), ["bea"]);
  await reader.close();
  await made.close();
});

const known = (reader: ReturnType<typeof openLmdbReader>) =>
  ["ann", "bea"].filter((listener) => reader.read(listener as ListenerId) !== undefined);

/** The store in a folder, which is left open, after one event of a listener. */
async function heardBy(folder: string, listener: string) {
  const store = openLmdbStore(folder);
  await appliedTo(store).apply(recordsOf([deliveryOf(listeningEvent({ listener }))]));
  return store;
}
