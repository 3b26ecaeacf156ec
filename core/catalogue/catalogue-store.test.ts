import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { UNTOLD } from "../../test/support/untold-track.ts";
import type { Offset, Partition, TrackId } from "../domain/ids.ts";
import { CHANGES_MAX, openCatalogueReader, openCatalogueStore } from "./catalogue-store.ts";
import type { CatalogueTrack } from "./catalogue-track.ts";

const home = temporaryFolder();

test("a reader learns which tracks changed since it last looked", async () => {
  const folder = join(home, "changes");
  const reader = openCatalogueReader(folder);
  assert.equal(reader.version(), 0);
  assert.deepEqual(reader.changedSince(0), []);
  const store = openCatalogueStore(folder);
  await write(store, ["apple", "pear"]);
  assert.equal(reader.version(), 2);
  assert.deepEqual(reader.changedSince(0), ["apple", "pear"]);
  await write(store, ["apple"], null);
  assert.deepEqual(reader.changedSince(2), ["apple"]);
  assert.equal(reader.get("apple" as TrackId), undefined);
  assert.deepEqual(reader.changedSince(3), []);
  assert.equal(reader.changedSince(4), undefined, "a store that was made anew counts from 0");
  await reader.close();
  await store.close();
});

test("a reader that is too far behind is told to read everything", async () => {
  const store = openCatalogueStore(join(home, "behind"));
  await write(store, ["apple"]);
  const many = Array.from({ length: CHANGES_MAX }, (_, index) => `track-${index}`);
  await write(store, many);
  assert.equal(store.changedSince(0), undefined);
  assert.deepEqual(store.changedSince(1), many);
  await store.close();
});

test("the pages of a catalogue hold every track once, in order", async () => {
  const store = openCatalogueStore(join(home, "pages"));
  const tracks = ["a", "a ", "ab", "b", "å", "🎵"];
  await write(store, tracks.toReversed());
  const found: TrackId[] = [];
  for (;;) {
    const page = store.page(found.at(-1), 2);
    if (page.length === 0) break;
    found.push(...page.map(({ track }) => track));
  }
  assert.deepEqual(found, tracks);
  await store.close();
});

let offset = 0;

async function write(
  store: ReturnType<typeof openCatalogueStore>,
  tracks: readonly string[],
  content: Partial<CatalogueTrack> | null = {},
): Promise<void> {
  offset += 1;
  const entries = tracks.map((track) => {
    const id = track as TrackId;
    return [id, content === null ? null : { ...UNTOLD, track: id, ...content }] as const;
  });
  const commit = { partition: 0 as Partition, next: offset as Offset, tracks: new Map(entries) };
  await store.commit(commit);
}
