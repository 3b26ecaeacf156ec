import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Offset, Partition } from "../domain/ids.ts";
import { openLmdbReader } from "./lmdb-reader.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import { testSessionStore } from "./session-store.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "segue-store-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(folder, `store.${folders++}`);

testSessionStore("LMDB store", async () => openLmdbStore(newFolder()));

test("a reader finds nothing until the store is made, and then every commit at once", async () => {
  const path = newFolder();
  const reader = openLmdbReader(path);
  const partition = 0 as Partition;
  assert.equal(reader.position(partition), undefined);
  const store = openLmdbStore(path);
  for (let next = 1; next <= 20; next++) {
    const position = { epoch: 0, next: next as Offset, appendedAtMs: 0 };
    const expectedNext = (next - 1) as Offset;
    await store.commit({ partition, expectedNext, position, records: new Map() });
    assert.equal(reader.position(partition)?.next, next);
  }
  await reader.close();
  assert.equal(store.position(partition)?.next, 20);
  await store.close();
});
