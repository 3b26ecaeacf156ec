import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import { until } from "../../core/log/collecting-reader.ts";
import type { LogNotice } from "../../core/log/log-notice.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import { appliedTo } from "../../test/support/apply.ts";
import {
  BEGAN_AT_MS,
  type Delivery,
  deliveryOf,
  listeningEvent,
  recordsOf,
} from "../../test/support/listening-records.ts";
import { type MemoryEventLog, memoryEventLog } from "../../test/support/memory-event-log.ts";
import { type MemoryFencedLog, memoryFencedLog } from "../../test/support/memory-fenced-log.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { seededRandom } from "../../trainer/random.ts";
import { CHANGELOG_TOPIC, changelogEntry, lastPosition } from "./changelog-records.ts";
import { type ChangelogKeeper, keepChangelog } from "./keep-changelog.ts";

const ONLY = 0 as Partition;
const LISTENERS = 12;
const NEVER = new AbortController().signal;
const SEEDS = 25;
const TURNS = 40;

test("a host that gains a partition goes on from the changelog, to the same bytes", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 200));
  await first.keeper.publish();
  await first.hear(play(world, 30));
  world.log.trim(ONLY, 150);
  await second.gain();
  assert.equal(second.store.position(ONLY)?.next, 200);
  await second.hear(0);
  assert.equal(await second.store.digest(), await plainDigest(world));
  await close(first, second);
});

test("what was applied and not written before a crash is written by the next owner", async () => {
  const world = newWorld();
  const [first, second, third] = [host(world), host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 100));
  await first.keeper.publish();
  await first.hear(play(world, 100));
  await second.gain();
  await second.hear(play(world, 10));
  await second.keeper.publish();
  await third.gain();
  assert.equal(third.store.position(ONLY)?.next, 210);
  assert.equal(await third.store.digest(), await plainDigest(world));
  await close(first, second, third);
});

test("a host that follows a partition has all of it before it gains it", async () => {
  const world = newWorld();
  const [owner, standby] = [host(world), host(world)];
  await owner.gain();
  await owner.hear(play(world, 100));
  await owner.keeper.publish();
  standby.keeper.follow([ONLY]);
  await until(() => standby.store.position(ONLY)?.next === 100, "the copy is whole");
  await owner.hear(play(world, 60));
  await owner.keeper.publish();
  world.log.trim(ONLY, 160);
  await standby.gain();
  assert.equal(await standby.store.digest(), await plainDigest(world));
  standby.keeper.follow([ONLY]);
  await standby.hear(play(world, 10));
  assert.equal(await standby.store.digest(), await plainDigest(world));
  await close(owner, standby);
});

test("an owner that was overtaken is shut out, and what it writes late is never read", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 50));
  await first.keeper.publish();
  await second.gain();
  await second.hear(play(world, 50));
  await second.keeper.publish();
  const written = world.changelog.records(ONLY).length;
  await first.hear(0, 70);
  await first.keeper.publish();
  await first.keeper.publish();
  assert.equal(world.changelog.records(ONLY).length, written);
  assert.match(world.notices.at(-1)?.message ?? "", /cannot be written/);
  // The late one has shut the owner out in turn; the owner takes the partition back.
  await second.hear(play(world, 5));
  await second.keeper.publish();
  await second.keeper.publish();
  assert.equal((await lastPosition(world.changelog, ONLY))?.next, 105);
  await close(first, second);
});

test("a changelog that cannot be written stays behind, and ingest goes on", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 40));
  await first.keeper.publish();
  world.changelog.beforeWrite = () => assert.fail("the topic is away");
  await first.hear(play(world, 40));
  await first.keeper.publish();
  assert.equal(first.keeper.behind(), 40);
  assert.equal((await lastPosition(world.changelog, ONLY))?.next, 40);
  world.changelog.beforeWrite = () => undefined;
  await first.keeper.publish();
  assert.equal(first.keeper.behind(), 0);
  await second.gain();
  assert.equal(await second.store.digest(), await plainDigest(world));
  await close(first, second);
});

test("a store that is older than its changelog is written whole", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.hear(play(world, 100));
  world.log.trim(ONLY, 100);
  await first.gain();
  await first.keeper.publish();
  await second.gain();
  assert.equal(await second.store.digest(), await plainDigest(world));
  await close(first, second);
});

test("nothing of a forgotten listener is left in the changelog or on another host", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 200));
  await first.keeper.publish();
  await second.gain();
  const gone = "listener-3" as ListenerId;
  assert.ok(second.store.read(gone));
  world.log.parts[ONLY]!.push({ ...forget(gone), offset: 200 as Offset });
  await first.hear(1);
  await first.keeper.publish();
  const last = world.changelog.records(ONLY).findLast(({ key }) => key === `L${gone}`);
  assert.deepEqual(changelogEntry(last!), { listener: gone, bytes: null });
  world.changelog.compact(ONLY);
  world.log.trim(ONLY, 201);
  assert.ok(world.changelog.records(ONLY).every(({ key }) => key !== `L${gone}`));
  await second.gain();
  assert.equal(second.store.read(gone), undefined);
  assert.equal(await second.store.digest(), await plainDigest(world));
  await close(first, second);
});

test("a copy that is interrupted anywhere is taken again, and loses nothing", async () => {
  const world = newWorld();
  const first = host(world);
  await first.gain();
  for (const _ of Array(4)) {
    await first.hear(play(world, 60));
    await first.keeper.publish();
  }
  for (let reads = 1; reads < 20; reads += 3) {
    const store = createMemoryStore();
    const [before, again] = [host(world, store), host(world, store)];
    await before.hear(0, 100);
    world.log.trim(ONLY, 200);
    let left = reads;
    world.changelog.beforeRead = () => assert.ok(left-- > 0, "the host dies");
    await before.gain().catch(() => undefined);
    world.changelog.beforeRead = () => undefined;
    await again.gain();
    await again.hear(0);
    assert.equal(await store.digest(), await plainDigest(world));
    world.log.trim(ONLY, 0);
    await close(before, again);
  }
  await close(first);
});

test(`${SEEDS} seeds' hosts that pass a partition on end as a plain replay`, async (run) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = newWorld();
    await passAround(world, seededRandom(seed, "hosts"));
    const owner = host(world);
    await owner.gain();
    await owner.hear(0);
    const digest = await plainDigest(world);
    assert.equal(await owner.store.digest(), digest, `seed ${seed}`);
    await close(owner);
  }
  run.diagnostic(`figure: ${SEEDS} seeds of ${TURNS} turns, ${CHANGELOG_TOPIC} in memory`);
});

/** Hosts gain a partition, hear, write, fail, are overtaken and die, as chance has it. */
async function passAround(world: World, chance: () => number): Promise<void> {
  const below = (count: number) => Math.floor(chance() * count);
  const stores = [createMemoryStore(), createMemoryStore(), createMemoryStore()];
  let hosts = stores.map((store) => host(world, store));
  for (let turn = 0; turn < TURNS; turn++) {
    const at = below(hosts.length);
    const one = hosts[at]!;
    const action = below(8);
    if (action === 0) await one.gain();
    if (action <= 2 && one.owns()) await one.hear(play(world, below(30), chance));
    if (action === 3) await one.keeper.publish();
    if (action === 4) world.changelog.compact(ONLY);
    if (action === 5) {
      let writes = below(3);
      world.changelog.beforeWrite = () => assert.ok(writes-- > 0, "the topic is away");
      await one.keeper.publish();
      world.changelog.beforeWrite = () => undefined;
    }
    if (action === 6) {
      await one.keeper.close();
      hosts = hosts.with(at, host(world, stores[at]!));
    }
    if (action === 7 && one.owns()) await one.hear(0, world.log.parts[ONLY]!.length);
  }
  await close(...hosts);
}

interface World {
  readonly changelog: MemoryFencedLog;
  readonly log: MemoryEventLog;
  readonly notices: LogNotice[];
}

function newWorld(): World {
  return { changelog: memoryFencedLog(1), log: memoryEventLog(1), notices: [] };
}

interface Host {
  readonly store: SessionStore;
  readonly keeper: ChangelogKeeper;
  owns(): boolean;
  gain(): Promise<void>;
  /** Reads the log on up to `end`; `_` is only there to be appended before. */
  hear(_: number, end?: number): Promise<void>;
}

function host(world: World, store: SessionStore = createMemoryStore()): Host {
  const { changelog, log, notices } = world;
  const onNotice = (notice: LogNotice) => void notices.push(notice);
  const keeper = keepChangelog({ changelog, log, store, onNotice });
  const applied = appliedTo(keeper.store, MODELS);
  let isOwner = false;
  return {
    store,
    keeper,
    owns: () => isOwner,
    async gain() {
      await keeper.prepare(ONLY, NEVER);
      isOwner = true;
    },
    async hear(_, end = world.log.parts[ONLY]!.length) {
      for (;;) {
        const from = store.position(ONLY)?.next ?? 0;
        const records = world.log.parts[ONLY]!.slice(from, Math.min(end, from + BATCH));
        if (records.length === 0) return;
        await applied.apply(records);
      }
    },
  };
}

const BATCH = 16;
const MODELS = tinyModels(1);

async function close(...hosts: readonly Host[]): Promise<void> {
  for (const { keeper } of hosts) await keeper.close();
}

/** Appends plays of listeners in turn; with `chance` some are late, doubled, or forget somebody. */
function play(world: World, count: number, chance: () => number = () => 0.5): number {
  const part = world.log.parts[ONLY]!;
  for (let index = 0; index < count; index++) {
    const number = part.length;
    const listener = `listener-${Math.floor(number * 7.3) % LISTENERS}` as ListenerId;
    const happenedAtMs = BEGAN_AT_MS + (chance() < 0.1 ? 0 : number * 60_000);
    const eventId = `${chance() < 0.1 ? number - LISTENERS : number}`;
    const delivery: Delivery =
      chance() < 0.05
        ? forget(listener)
        : deliveryOf(listeningEvent({ eventId, listener, happenedAtMs }));
    part.push(...recordsOf([delivery], number));
  }
  return count;
}

function forget(key: ListenerId) {
  return { key, value: null, headers: {}, timestampMs: BEGAN_AT_MS };
}

async function plainDigest(world: World): Promise<string> {
  const applied = appliedTo(createMemoryStore(), MODELS);
  for (const record of world.log.parts[ONLY]!) await applied.apply([record]);
  return applied.store.digest();
}
