import assert from "node:assert/strict";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { brokersForTests, stopBrokersForTests } from "../../deploy/kafka/require-broker.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type StormEnd, type StormWorld, stormWorld } from "./storm-world.ts";
import { rebalanceAll, stopOwners } from "./storms.ts";

/** One takeover is enough; a stop that comes while the store is locked brings none. */
const STOPS_MAX = 5;
/** After so many stops without a fence, one certainly met a batch under way. */
const STOPS_WITHOUT_FENCE = 10;
const CHANGES = 3;

const silently = () => undefined;
const brokers = await brokersForTests();
after(stopBrokersForTests);

test("an owner that was stopped past its session writes nothing when it goes on", async (t) => {
  const end = await storm(t, (world) => {
    return stopOwners(world, STOPS_MAX, { progress: silently, takeoversMax: 1 });
  });
  if (end === undefined) return;
  assert.deepEqual([end.isEqual, end.positionsWentBack], [true, 0]);
  assert.ok(end.takenOver > 0, "the other member took over meanwhile");
  const stale = `${end.positionsWentBack} stale writes, ${end.events} events, stores equal`;
  t.diagnostic(`figure: ${end.takenOver} stop past the session and taken over, ${stale}`);
});

test("the same storm notices a store without its fence", async (t) => {
  const options = { progress: silently, withoutFence: true };
  const end = await storm(t, (world) => stopOwners(world, STOPS_WITHOUT_FENCE, options));
  if (end === undefined) return;
  assert.ok(end.positionsWentBack > 0 || !end.isEqual, "a stale write went unnoticed");
});

test("members that join and leave every two seconds lose and double nothing", async (t) => {
  const end = await storm(t, (world) => rebalanceAll(world, CHANGES, silently));
  if (end === undefined) return;
  assert.deepEqual([end.isEqual, end.positionsWentBack], [true, 0]);
  t.diagnostic(`figure: ${CHANGES} changes of members at full load, 0 stale writes, stores equal`);
});

let storms = 0;

/** Undefined where there is no broker. */
async function storm<End extends StormEnd>(
  t: TestContext,
  blow: (world: StormWorld) => Promise<End>,
): Promise<End | undefined> {
  if (brokers === undefined) {
    t.skip("there is no broker");
    return undefined;
  }
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`SEED=${seed}`);
  const folder = join(temporaryFolder(), `storm-${storms++}`);
  const world = await stormWorld({ brokers, folder, seed });
  try {
    return await blow(world);
  } finally {
    await world.close();
  }
}
