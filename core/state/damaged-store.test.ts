import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Chance, chanceOf } from "../../test/simulation/chance.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { bundleMark } from "../domain/hash.ts";
import type { BundleId, EventHash, ListenerId, Offset, Partition } from "../domain/ids.ts";
import type { ReadStore, StoreFound } from "./damaged-store.fixture.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import { NO_RECENT_EVENTS } from "./recent-events.ts";
import { encodeRecord } from "./record-codec.ts";
import { encodePosition } from "./store-layout.ts";
import type { StoredRecord } from "./stored-record.ts";

const TRIALS = 1_008;
const PAGE_BYTES = 4096;
const PARTITIONS = 3;
const LISTENERS = Array.from({ length: 150 }, (_, index) => `listener-${index}`);
/** A process that LMDB keeps busy for longer is ended, as a watchdog would. */
const LOOK_MS = 60_000;
const home = temporaryFolder();

type Damage = (bytes: Buffer, chance: Chance) => Buffer;

/** Single faults as disks, copies and people make them. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  "a flipped bit": (bytes, chance) => flipped(bytes, chance, chance.below(bytes.length)),
  "a flipped bit of a page's head": (bytes, chance) =>
    flipped(bytes, chance, page(bytes, chance) + chance.below(64)),
  "a flipped bit of a meta page": (bytes, chance) =>
    flipped(bytes, chance, chance.below(2) * PAGE_BYTES + chance.below(200)),
  "a page of zeros": (bytes, chance) => {
    const at = page(bytes, chance);
    return bytes.fill(0, at, at + PAGE_BYTES);
  },
  "a page of noise": (bytes, chance) => {
    const at = page(bytes, chance);
    for (let byte = at; byte < at + PAGE_BYTES; byte++) bytes[byte] = chance.below(256);
    return bytes;
  },
  "two pages exchanged": (bytes, chance) => {
    const [one, other] = [page(bytes, chance), page(bytes, chance)];
    const kept = Buffer.from(bytes.subarray(one, one + PAGE_BYTES));
    bytes.copy(bytes, one, other, other + PAGE_BYTES);
    kept.copy(bytes, other);
    return bytes;
  },
  "a lost tail": (bytes, chance) => bytes.subarray(0, chance.below(bytes.length)),
  "an empty file": () => Buffer.alloc(0),
  "another store's file": (_, chance) => OTHER[chance.below(OTHER.length)]!,
};

const WHOLE = join(home, "whole");
const OTHER: Buffer[] = [];
/** What the store held after each of its commits, the last one last. */
const HISTORY: Record<string, string>[] = [];

test("a damaged store is found out, or reads as it was written", async (context) => {
  const chance = chanceOf(1, "damage");
  HISTORY.push(...(await makeStore(WHOLE, chance)));
  await makeStore(join(home, "other"), chance);
  OTHER.push(readFileSync(join(home, "other", "data.mdb")));
  const silent: string[] = [];
  const counts = { refused: 0, ended: 0, whole: 0 };
  const looker = startLooker();
  const kinds = Object.entries(DAMAGES);
  for (let trial = 0; trial < TRIALS; trial++) {
    const [what, damage] = kinds[trial % kinds.length]!;
    const found = await looker.look(damagedCopy(trial, damage, chance));
    if (found === undefined) counts.ended += 1;
    else if (found.refused.length > 0) counts.refused += 1;
    else if (HISTORY.some((held) => isSame(held, found.values))) counts.whole += 1;
    else silent.push(`trial ${trial}: ${what}`);
  }
  looker.stop();
  assert.deepEqual(silent, []);
  const { refused, ended, whole } = counts;
  context.diagnostic(
    `figure: ${TRIALS} damaged stores: ${refused} refused, ${ended} ended the process that ` +
      `looked, ${whole} read as written, ${silent.length} silently wrong`,
  );
});

/** Twelve commits, of which later ones change some of the records. */
async function makeStore(folder: string, chance: Chance): Promise<Record<string, string>[]> {
  const store = openLmdbStore(folder);
  const history: Record<string, string>[] = [{}];
  for (let batch = 0; batch < 12; batch++) {
    const partition = (batch % PARTITIONS) as Partition;
    const expectedNext = (store.position(partition)?.next ?? 0) as Offset;
    const next = (expectedNext + 10) as Offset;
    const position = { epoch: 0, next, appendedAtMs: 1_700_000_000_000 + batch };
    const names = LISTENERS.filter((_, index) => index % PARTITIONS === partition);
    const heard = names.filter(() => batch < PARTITIONS || chance.happens(0.4)) as ListenerId[];
    const records = new Map(heard.map((name) => [name, recordAt(partition, next, chance)]));
    await store.commit({ partition, expectedNext, position, records });
    const held = { ...history.at(-1) };
    for (const [name, record] of records) held[name] = encodeRecord(record, name).toString("hex");
    held[`partition ${partition}`] = encodePosition(position).toString("hex");
    history.push(held);
  }
  await store.close();
  return history;
}

function recordAt(partition: Partition, next: number, chance: Chance): StoredRecord {
  const hidden = () => Float32Array.from({ length: 100 }, () => chance.below(1000) / 1024);
  return {
    bundle: bundleMark("ab".repeat(32) as BundleId),
    partition,
    epoch: 0,
    heardOffset: (next - 1) as Offset,
    lastEventAtMs: 1_700_000_000_000,
    session: undefined,
    sessionSteps: 1,
    steps: next,
    recent: NO_RECENT_EVENTS,
    heardEvents: [next] as EventHash[],
    disliked: [],
    hidden: { short: hidden(), long: hidden() },
  };
}

function damagedCopy(trial: number, damage: Damage, chance: Chance): string {
  const folder = join(home, `trial-${trial}`);
  mkdirSync(folder);
  const bytes = readFileSync(join(WHOLE, "data.mdb"));
  writeFileSync(join(folder, "data.mdb"), damage(bytes, chance));
  writeFileSync(join(folder, "store.json"), readFileSync(join(WHOLE, "store.json")));
  return folder;
}

/** A process that looks at one store after the other, and a new one whenever it has ended. */
function startLooker() {
  const main = fileURLToPath(new URL("damaged-store.fixture.ts", import.meta.url));
  let child: ChildProcess | undefined;
  return {
    /** Undefined where the look ended the process. */
    async look(folder: string): Promise<StoreFound | undefined> {
      if (child?.exitCode !== null || child.signalCode !== null) child = undefined;
      child ??= fork(main, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      const looking = child;
      const over = new AbortController();
      const wait = { signal: over.signal };
      const ended = once(looking, "exit", wait).then(() => undefined);
      const found = once(looking, "message", wait).then(([message]) => message as StoreFound);
      const timer = setTimeout(() => looking.kill("SIGKILL"), LOOK_MS);
      const asked: ReadStore = { folder, listeners: LISTENERS, partitions: PARTITIONS };
      let wasAsked = true;
      looking.send(asked, (error) => {
        wasAsked = error === null;
      });
      const outcome = await Promise.race([found, ended]);
      clearTimeout(timer);
      void Promise.allSettled([found, ended]);
      over.abort();
      if (outcome === undefined) child = undefined;
      // A process that ended after its last answer has not looked at this store.
      if (!wasAsked) return this.look(folder);
      rmSync(folder, { recursive: true });
      return outcome;
    },
    stop: () => child?.kill(),
  };
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => one[name] === other[name]);
}

function page(bytes: Buffer, chance: Chance): number {
  return chance.below(bytes.length / PAGE_BYTES) * PAGE_BYTES;
}

function flipped(bytes: Buffer, chance: Chance, at: number): Buffer {
  bytes[at]! ^= 1 << chance.below(8);
  return bytes;
}
