import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pseudoRandom } from "../core/bundle/pseudo-random.ts";
import type { Partition } from "../core/domain/ids.ts";
import { LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import { publishRandomBundle } from "../test/fixtures/random-bundle.ts";
import { spawnIngest } from "../test/support/ingest-process.ts";
import { listeningWorld } from "../test/support/listening-world.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { type LogEngine, openTestLog } from "../test/support/test-log.ts";

const PARTITIONS = 2;
const EVENTS = 30_000;
const KILLS = 10;

/** Applies one log twice, once undisturbed and once with kills, and compares the stores' bytes. */
export function testKills(name: string, openEngine: () => Promise<LogEngine>): void {
  const killed = `${name}: kill -9 of ingest`;
  test(`${killed} at ten random moments changes no byte of the store`, async (context) => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    context.diagnostic(`SEED=${seed}`);
    await killAtRandom(await openEngine(), seed);
    context.diagnostic(`figure: ${KILLS} kills of a process over the ${name}, stores equal`);
  });
}

async function killAtRandom(engine: LogEngine, seed: number): Promise<void> {
  const home = temporaryFolder();
  const bundle = join(home, "bundle");
  const sizes = { tracks: 50, dimension: 8, hidden: 16 };
  await publishRandomBundle(bundle, { ...sizes, features: ["kind", "gap"], seed: 1 });
  const log = await openTestLog(engine, LISTENING_TOPIC, PARTITIONS);
  await log.append(listeningWorld({ events: EVENTS, listeners: 400, tracks: 50, seed }));
  await log.close();

  const shared = { engine, partitions: PARTITIONS, bundle };
  const ingest = (name: string, { goesOn = false } = {}) =>
    spawnIngest({ ...shared, store: join(home, name), group: name, goesOn });
  await ingest("undisturbed").ended(0);

  const next = pseudoRandom(seed);
  const random = () => Math.abs(next());
  const moments = Array.from({ length: KILLS }, () => Math.floor(random() * EVENTS * 0.8));
  for (const moment of moments.toSorted((one, other) => one - other)) {
    // On a busy machine it could else be through with the log before it is killed.
    const { child, ended } = ingest("killed", { goesOn: true });
    await untilApplied(join(home, "killed"), moment, child);
    await sleep(random() * 20);
    child.kill("SIGKILL");
    await ended("SIGKILL");
  }
  await ingest("killed").ended(0);
  assert.equal(await digestOf(join(home, "killed")), await digestOf(join(home, "undisturbed")));
}

/** Resolves once `count` records of all partitions together are applied, or ingest has ended. */
async function untilApplied(folder: string, count: number, ingest: ChildProcess): Promise<void> {
  const reader = openLmdbReader(folder);
  const partitions = Array.from({ length: PARTITIONS }, (_, index) => index as Partition);
  const applied = () =>
    partitions.reduce((sum, partition) => sum + (reader.position(partition)?.next ?? 0), 0);
  while (applied() < count && ingest.exitCode === null) await sleep(1);
  await reader.close();
}

async function digestOf(folder: string): Promise<string> {
  const store = openLmdbStore(folder);
  try {
    return await store.digest();
  } finally {
    await store.close();
  }
}
