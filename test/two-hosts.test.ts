import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../cli/child-process.ts";
import type { Partition } from "../core/domain/ids.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { type Hosts, openHosts, replayDigest, unionOf, untilApplied } from "./support/hosts.ts";
import { listeningWorld } from "./support/listening-world.ts";

const EVENTS = 40_000;
/** Events of one append. */
const PART = 100;

const brokers = await brokersForTests();
after(stopBrokersForTests);

if (brokers === undefined) {
  test("Kafka: two hosts", (context) => context.skip("there is no broker"));
} else {
  test("hosts that join, leave and are killed pass on every partition, whole", async (run) => {
    const hosts = await openHosts(brokers, `hosts-${process.pid}.`);
    try {
      await passAround(hosts);
    } finally {
      await hosts.close();
    }
    const events = hosts.appended.reduce((sum, records) => sum + records.length, 0);
    run.diagnostic(`figure: ${events} events, 2 hosts, 4 moves, 1 kill; union equal to a replay`);
  });
}

async function passAround(hosts: Hosts): Promise<void> {
  const start = (name: string) => hosts.startIngest(name, "--changelog");
  const moved = new AbortController();
  const loading = load(hosts, moved.signal);
  let first = await start("first");
  await sleep(2_000);
  let second = await start("second");
  await sleep(2_000);
  await kill(first);
  first = await start("first");
  await sleep(2_000);
  await second.stop();
  second = await start("second");
  moved.abort();
  await loading;
  await untilApplied(hosts, ["first", "second"]);
  for (const host of [first, second]) await host.stop();
  const union = await unionOf(hosts, ["first", "second"]);
  assert.equal(await union.digest(), await replayDigest(hosts));
  const ends = hosts.appended.map((_, index) => hosts.log.watermarks(index as Partition));
  // Nobody could have made that of the log alone.
  assert.ok((await Promise.all(ends)).every(({ first: oldest }) => oldest > 0));
}

/** Appends the world a part at a time, and takes from the log what the changelog has, until all
 *  moves are made. */
async function load(hosts: Hosts, moved: AbortSignal): Promise<void> {
  const world = listeningWorld({ events: EVENTS, listeners: 300, tracks: 50, seed: 7 });
  for (let from = 0; from < EVENTS && !moved.aborted; from += PART) {
    await hosts.append(world.slice(from, from + PART));
    await hosts.trim();
    await sleep(100);
  }
}

async function kill(child: Child): Promise<void> {
  child.process.kill("SIGKILL");
  await child.stop();
}
