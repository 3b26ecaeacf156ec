import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { closeEnvironment, type Environment, openEnvironment } from "../core/lmdb/environment.ts";
import type { LogNotice } from "../core/log/log-notice.ts";
import { chanceOf } from "../test/simulation/chance.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { watchReaders } from "./end-old-readers.ts";

const ENTRIES = 300;
const VALUE_BYTES = 4_000;
/** Entries of one transaction. */
const WRITTEN = 10;
/** Transactions that write as much as the store holds. */
const ROUND = ENTRIES / WRITTEN;
/** How often the store is written whole. */
const TIMES = 8;
const LIMITS = { heldMaxMs: 200, grownShareMax: 0.1, grownBytesMax: 0 };
const LOOK_EVERY_MS = 100;

const home = temporaryFolder();

test("without a watch a stopped reader makes the file grow by all that is written", async () => {
  const store = await filledStore("unwatched");
  const reader = await holdingReader(store.folder);
  reader.kill("SIGSTOP");
  for (let written = 0; written < 2 * ROUND; written++) store.write();
  assert.ok(store.timesLive() > 2, `${store.timesLive()} times what it holds`);
  reader.kill("SIGKILL");
  await store.close();
});

test("what a killed reader held is used again, whatever is written", async (t) => {
  const store = await filledStore("killed");
  const reader = await holdingReader(store.folder);
  reader.kill("SIGKILL");
  await once(reader, "exit");
  const notices = await writeWatched(store, TIMES * ROUND);
  assert.deepEqual(notices, []);
  assert.ok(store.timesLive() <= 1.5, `${store.timesLive()} times what it holds`);
  t.diagnostic(`figure: a killed reader: ${TIMES} times the store written, ${store.figure()}`);
  await store.close();
});

test("a stopped reader is ended before the file is half as large again", async (t) => {
  const store = await filledStore("stopped");
  const reader = await holdingReader(store.folder);
  const ended = once(reader, "exit");
  reader.kill("SIGSTOP");
  const notices = await writeWatched(store, TIMES * ROUND, ended);
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  assert.match(notices[0]?.message ?? "", /^process \d+ held the store back .* and was ended$/);
  assert.equal(notices.length, 1);
  assert.ok(store.timesLive() <= 1.5, `${store.timesLive()} times what it holds`);
  t.diagnostic(`figure: a stopped reader: ${TIMES} times the store written, ${store.figure()}`);
  await store.close();
});

type FilledStore = Awaited<ReturnType<typeof filledStore>>;

async function filledStore(name: string) {
  const folder = join(home, name);
  const environment = openEnvironment(folder);
  const chance = chanceOf(23, name);
  const put = (entry: number) =>
    environment.putSync(Buffer.from(`L${entry}`), Buffer.alloc(VALUE_BYTES, chance.below(256)));
  environment.transactionSync(() => {
    for (let entry = 0; entry < ENTRIES; entry++) put(entry);
  });
  await environment.flushed;
  const timesLive = () => statSync(join(folder, "data.mdb")).size / liveBytes(environment);
  return {
    folder,
    write: () =>
      environment.transactionSync(() => {
        for (let count = 0; count < WRITTEN; count++) put(chance.below(ENTRIES));
      }),
    timesLive,
    figure: () => `file ${timesLive().toFixed(2)} times live`,
    flushed: () => environment.flushed,
    close: () => closeEnvironment(environment),
  };
}

/** The bytes of all pages that the store needs. */
function liveBytes(environment: Environment): number {
  const { pageSize, ...stats } = environment.getStats() as Record<string, number>;
  const { treeBranchPageCount, treeLeafPageCount, overflowPages } = stats;
  return pageSize! * (2 + treeBranchPageCount! + treeLeafPageCount! + overflowPages!);
}

/** Writes and looks at the readers in turns; the clock goes on with the looks. It waits for the end
 *  of a reader that was told to end, however slow the machine is. */
async function writeWatched(
  store: FilledStore,
  transactions: number,
  ended?: Promise<unknown>,
): Promise<LogNotice[]> {
  const notices: LogNotice[] = [];
  const watch = watchReaders(store.folder, (notice) => notices.push(notice), LIMITS);
  for (let written = 0; written < transactions; written++) {
    store.write();
    await store.flushed();
    watch.look(written * LOOK_EVERY_MS);
    if (notices.length > 0) await ended;
  }
  await watch.close();
  return notices;
}

async function holdingReader(folder: string): Promise<ChildProcess> {
  const reader = fork(fileURLToPath(new URL("holding-reader.fixture.ts", import.meta.url)), [
    folder,
  ]);
  await once(reader, "message");
  return reader;
}
