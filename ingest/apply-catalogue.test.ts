import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openCatalogueReader, openCatalogueStore } from "../core/catalogue/catalogue-store.ts";
import type { Partition, TrackId } from "../core/domain/ids.ts";
import { CatalogueEvent } from "../proto/gen/segue/v1/catalogue.ts";
import { batchOf, recordsOf } from "../test/support/listening-records.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { applyCatalogueBatch } from "./apply-catalogue.ts";

const home = temporaryFolder();
const apple = "apple" as TrackId;
const JSON_HEADERS = { "content-type": "application/json" };

test("the newest record of a track counts, and a tombstone removes it", async () => {
  const folder = join(home, "newest");
  const reader = openCatalogueReader(folder);
  assert.equal(reader.get(apple), undefined);
  const store = openCatalogueStore(folder);
  const named = { track: "apple", title: "Apple", artists: [{ id: "1", name: "Orchard" }] };
  const counts = await applyCatalogueBatch(
    batchOf(
      recordsOf([
        { key: "apple", value: encoded({ track: "apple", title: "Appel" }) },
        { key: "apple", value: encoded(named) },
        { key: "pear", value: json({ track: "pear", genres: ["folk"] }), headers: JSON_HEADERS },
        { key: "plum", value: encoded({ track: "pear" }) },
        { key: "plum", value: json([]), headers: JSON_HEADERS },
      ]),
    ),
    store,
  );
  assert.deepEqual([counts.catalogue_applied, counts.catalogue_malformed], [3, 2]);
  assert.equal(reader.get(apple)?.title, "Apple");
  assert.deepEqual(reader.get(apple)?.artists, named.artists);
  assert.deepEqual(store.get("pear" as TrackId)?.genres, ["folk"]);
  const gone = recordsOf([
    { key: "apple", value: encoded({ track: "apple", tombstone: true }) },
    { key: "pear", value: null },
  ]);
  const removed = await applyCatalogueBatch(batchOf(gone), store);
  assert.equal(removed.catalogue_removed, 2);
  assert.equal(store.get(apple), undefined);
  assert.equal(store.get("pear" as TrackId), undefined);
  assert.equal(store.position(0 as Partition), 2);
  assert.deepEqual([...reader.withdrawn()], ["apple"]);
  assert.deepEqual(
    [reader.isWithdrawn(apple), reader.isWithdrawn("pear" as TrackId)],
    [true, false],
  );
  const back = recordsOf([{ key: "apple", value: encoded(named) }]);
  await applyCatalogueBatch(batchOf(back), store);
  assert.deepEqual([...store.withdrawn()], []);
  assert.equal(store.isWithdrawn(apple), false);
  await reader.close();
  await store.close();
});

test("a catalogue resumes where it was closed", async () => {
  const folder = join(home, "resume");
  const store = openCatalogueStore(folder);
  const value = encoded({ track: "apple", title: "Apple" });
  await applyCatalogueBatch(batchOf(recordsOf([{ key: "apple", value }], 41)), store);
  await store.close();
  const again = openCatalogueStore(folder);
  assert.equal(again.position(0 as Partition), 42);
  assert.equal(again.get(apple)?.title, "Apple");
  await again.close();
});

function encoded(event: Parameters<typeof CatalogueEvent.fromPartial>[0]): Uint8Array {
  return CatalogueEvent.encode(CatalogueEvent.fromPartial(event)).finish();
}

function json(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
