import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { homeAt } from "../cli/home.ts";
import { openLog } from "../cli/open-log.ts";
import { createStepRunner } from "../core/bundle/graph-runner.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import { closeEnvironment, openEnvironment, transactDurably } from "../core/lmdb/environment.ts";
import { DEAD_LETTER_TOPIC, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import { listenerKey, positionKey } from "../core/state/store-layout.ts";
import { startIngest } from "../ingest/consume.ts";
import { newCounts } from "../ingest/counters.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { listeningWorld } from "./support/listening-world.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SEGUE = fileURLToPath(new URL("../cli/segue.ts", import.meta.url));
const home = homeAt(join(temporaryFolder(), "home"));
const EVENTS = 1_500;
const LISTENERS = 30;
/** Of LMDB. */
const PAGE_BYTES = 4096;

await publishRandomBundle(home.bundle, {
  tracks: 20,
  dimension: 4,
  hidden: 8,
  features: ["kind", "gap"],
  seed: 1,
});
const log = await openLog({ folder: home.log }, LISTENING_TOPIC);
await log.append(listeningWorld({ events: EVENTS, listeners: LISTENERS, tracks: 20, seed: 3 }));
await log.close();
await ingestAll();
const whole = await digestOf(home.state);

test("a sound store is found sound, with what it holds", () => {
  const { code, report } = doctor();
  assert.equal(code, 0);
  assert.deepEqual(
    [report.sound, report.readable, report.formats, report.damaged],
    [true, true, { 3: report.listeners }, []],
  );
});

test("damaged records are set aside and heard again from the log, byte for byte", async () => {
  const victims = someListeners();
  await damage(victims.map(listenerKey));
  const found = doctor();
  assert.equal(found.code, 1);
  assert.deepEqual([found.report.sound, found.report.damaged.length], [false, 2]);
  assert.ok(!JSON.stringify(found.report).includes(victims[0]!));
  const mended = doctor("--repair");
  assert.equal(mended.code, 0);
  assert.deepEqual([mended.report.rebuilt, mended.report.shortened], [2, []]);
  assert.ok(existsSync(join(mended.report.set_aside, "damaged-entries.jsonl")));
  assert.equal(doctor().report.sound, true);
  assert.equal(await digestOf(home.state), whole);
});

test("a damaged position is read again from the log's beginning, and nothing changes", async () => {
  await damage([positionKey(0 as Partition)]);
  assert.equal(doctor().code, 1);
  assert.equal(doctor("--repair").code, 0);
  await ingestAll();
  assert.equal(await digestOf(home.state), whole);
});

test("a file whose pages are damaged is never found sound with other entries", () => {
  const copy = join(home.folder, "copy");
  cpSync(home.state, copy, { recursive: true });
  const sound = readFileSync(join(home.state, "data.mdb"));
  const { listeners } = doctor().report;
  for (const page of [0, 3, 5]) {
    const bytes = Buffer.from(sound);
    bytes.fill(0xa5, page * PAGE_BYTES, page * PAGE_BYTES + 64);
    writeFileSync(join(copy, "data.mdb"), bytes);
    const { code, report } = doctor("--state", copy);
    const isWhole = report.sound && report.listeners === listeners;
    assert.ok(code === 1 || isWhole, `page ${page}, code ${code}`);
  }
});

test("a file that cannot be read is set aside whole", () => {
  const copy = join(home.folder, "zeros");
  cpSync(home.state, copy, { recursive: true });
  writeFileSync(join(copy, "data.mdb"), Buffer.alloc(40_960));
  assert.equal(doctor("--state", copy).code, 1);
  const { code, report } = doctor("--state", copy, "--repair");
  assert.deepEqual([code, report.readable, existsSync(copy)], [0, false, false]);
  assert.ok(readdirSync(report.set_aside).includes("data.mdb"));
});

function doctor(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [SEGUE, "doctor", "--home", home.folder, ...args],
    { encoding: "utf8" },
  );
  assert.ok(stdout !== "", stderr);
  return { code: status, report: JSON.parse(stdout) };
}

async function ingestAll(): Promise<void> {
  const log = await openLog({ folder: home.log }, LISTENING_TOPIC);
  const deadLetters = await openLog({ folder: home.log }, DEAD_LETTER_TOPIC);
  const bundle = await openBundle(home.bundle);
  const runner = await createStepRunner(bundle);
  const store = openLmdbStore(home.state);
  const subscription = await startIngest({
    log,
    deadLetters,
    store,
    models: () => ({ bundle, runner }),
    counts: newCounts(),
    onNotice: ({ message }) => process.stderr.write(`${message}\n`),
  });
  for (let index = 0; index < log.partitions; index++) {
    const partition = index as Partition;
    const { next } = await log.watermarks(partition);
    while (next > 0 && store.position(partition)?.next !== next) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  for (const open of [subscription, log, deadLetters, runner, store]) await open.close();
}

async function digestOf(state: string): Promise<string> {
  const store = openLmdbStore(state);
  const digest = await store.digest();
  await store.close();
  return digest;
}

function someListeners(): ListenerId[] {
  const world = listeningWorld({ events: EVENTS, listeners: LISTENERS, tracks: 20, seed: 3 });
  const keys = world.filter(({ value }) => value !== null).map(({ key }) => key as ListenerId);
  return [...new Set(keys)].slice(0, 2);
}

/** Flips a bit in the middle of the values. */
async function damage(keys: readonly Buffer[]): Promise<void> {
  const environment = openEnvironment(home.state);
  await transactDurably(environment, () => {
    for (const key of keys) {
      const bytes = Buffer.from(environment.getBinary(key)!);
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      environment.putSync(key, bytes);
    }
  });
  await closeEnvironment(environment);
}
