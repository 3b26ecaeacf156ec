import assert from "node:assert/strict";
import { test } from "node:test";
import {
  close,
  host,
  newWorld,
  ONLY,
  plainDigest,
  play,
} from "../../test/support/changelog-world.ts";
import { newerRecord } from "../../test/support/newer-record.ts";

test("a host too old for the changelog's records hears the log, and loses nothing", async () => {
  const world = newWorld();
  const newer = host(world);
  await newer.gain();
  await newer.hear(play(world, 60));
  await newer.keeper.publish();
  newer.lose();
  const { read } = world.changelog;
  world.changelog.read = async (partition, from) => {
    const found = await read(partition, from);
    const records = found.records.map((record) => {
      const { key, value } = record;
      const isPosition = key === "P";
      if (isPosition || value === null) return record;
      return { ...record, value: newerRecord(value, key.slice(1)) };
    });
    return { ...found, records };
  };

  const older = host(world);
  await older.gain();
  assert.match(world.notices[0]?.message ?? "", /cannot be read; the log is heard instead/);
  await older.hear(play(world, 20));
  assert.equal(await older.store.digest(), await plainDigest(world));
  assert.equal(older.store.position(ONLY)?.next, 80);
  await close(newer, older);
});
