import assert from "node:assert/strict";
import { test } from "node:test";
import { trackHash } from "../domain/hash.ts";
import type { TrackHash, TrackId, TrackIndex } from "../domain/ids.ts";
import { addToTable, findInTable, newTrackTable } from "./track-table.ts";

test("a table finds each hash that was added, and none that was not", () => {
  const table = newTrackTable(1000);
  const hashes = Array.from({ length: 1000 }, (_, at) => trackHash(`track-${at}` as TrackId));
  for (const [at, hash] of hashes.entries()) addToTable(table, hash, at as TrackIndex);
  for (const [at, hash] of hashes.entries()) assert.equal(findInTable(table, hash), at);
  assert.equal(findInTable(table, trackHash("track-1000" as TrackId)), undefined);
});

test("hashes that would stand at one place are told apart, and 0 is one like others", () => {
  const table = newTrackTable(4);
  const hashes = [0, 2 ** 32, 2 ** 40, 2 ** 52] as TrackHash[];
  for (const [at, hash] of hashes.entries()) {
    assert.equal(addToTable(table, hash, at as TrackIndex), undefined);
  }
  assert.deepEqual(
    hashes.map((hash) => findInTable(table, hash)),
    [0, 1, 2, 3],
  );
  assert.equal(addToTable(table, hashes[2]!, 9 as TrackIndex), 2);
  assert.equal(findInTable(table, (2 ** 33) as TrackHash), undefined);
});
