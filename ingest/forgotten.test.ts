import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import type { LogRecord } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import { restoreSnapshot, takeSnapshot } from "../core/state/snapshot.ts";
import { appliedTo } from "../test/support/apply.ts";
import { deliveryOf, listeningEvent, recordsOf } from "../test/support/listening-records.ts";
import { listeningWorld } from "../test/support/listening-world.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";

const GRACE = "grace-who-wants-to-be-forgotten" as ListenerId;
/** What a record of hers holds beside her id. */
const SESSION = "the-session-of-grace";
const NOW_MS = 1_700_000_000_000;
const home = temporaryFolder();

/** Everybody's plays, hers among them, and her tombstone before the last hundred. */
const LOG: readonly LogRecord[] = (() => {
  const others = listeningWorld({ events: 900, listeners: 80, tracks: 5, seed: 43 });
  const hers = Array.from({ length: 20 }, (_, play) =>
    deliveryOf(listeningEvent({ listener: GRACE, session: SESSION, eventId: `grace-${play}` })),
  );
  const first = others.slice(0, 800).flatMap((other, at) => [other, ...hers.slice(at, at + 1)]);
  return recordsOf([...first, { key: GRACE, value: null }, ...others.slice(800)]);
})();
const TOMBSTONE_AT = 820;

test("erased, no replay, restored backup or compacted store has a byte of them", async (t) => {
  const before = join(home, "backup-before");
  const running = openLmdbStore(join(home, "running"));
  await hear(running, LOG.slice(0, TOMBSTONE_AT));
  assert.ok(running.read(GRACE));
  await takeSnapshot({ state: join(home, "running"), out: before }, NOW_MS);
  assert.deepEqual(hits(before), [GRACE, SESSION], "a search for her would find her");
  await hear(running, LOG.slice(TOMBSTONE_AT));
  const digest = await running.digest();
  await running.close();

  await restoreSnapshot({ from: before, state: join(home, "restored") });
  for (const name of ["restored", "replayed"]) {
    const store = openLmdbStore(join(home, name));
    await hear(store, LOG.slice(store.position(0 as Partition)?.next ?? 0));
    assert.equal(store.read(GRACE), undefined);
    assert.equal(await store.digest(), digest, `${name}: as if she had never been there`);
    await store.close();
  }

  for (const name of ["running", "restored", "replayed"]) {
    const backup = join(home, `${name}-backup`);
    const compacted = join(home, `${name}-compacted`);
    await takeSnapshot({ state: join(home, name), out: backup }, NOW_MS);
    await restoreSnapshot({ from: backup, state: compacted });
    assert.deepEqual([hits(backup), hits(compacted)], [[], []], name);
  }
  t.diagnostic("figure: 0 bytes found in 3 stores (erased, replayed, restored) and their backups");
});

async function hear(store: ReturnType<typeof openLmdbStore>, records: readonly LogRecord[]) {
  const applied = appliedTo(store);
  for (let at = 0; at < records.length; at += 50) await applied.apply(records.slice(at, at + 50));
}

/** Which of her words some file of a folder holds. */
function hits(folder: string): string[] {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  return [GRACE, SESSION].filter((word) => files.some((bytes) => bytes.includes(word)));
}
