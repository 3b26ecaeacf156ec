import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild } from "../cli/child-process.ts";
import { homeAt } from "../cli/home.ts";
import { openLog } from "../cli/open-log.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import { LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { isReady } from "./support/is-ready.ts";
import { deliveryOf, listeningEvent } from "./support/listening-records.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Shorter than by custom, so that a test can wait for it. */
const LOST_AFTER_MS = 4_000;
const PATIENCE_MS = 60_000;
const STOPPING = new URL("./fixtures/stopping-consumers.ts", import.meta.url).href;

const brokers = await brokersForTests();
after(stopBrokersForTests);

test("Kafka: ingest whose consumer stopped is not ready, ends, and loses nothing", async (t) => {
  if (brokers === undefined) return t.skip("there is no broker");
  const home = homeAt(join(temporaryFolder(), "home"));
  const sizes = { tracks: 20, dimension: 4, hidden: 4 };
  await publishRandomBundle(home.bundle, { ...sizes, features: [], seed: 1 });
  const topicPrefix = `wedged-${process.pid}.`;
  const log = await openLog({ brokers, topicPrefix }, LISTENING_TOPIC);
  const state = openLmdbReader(home.state);
  const kafka = ["--brokers", brokers.join(","), "--topic-prefix", topicPrefix];
  const watched = ["--health-port", "0", "--lost-after-ms", String(LOST_AFTER_MS)];
  process.env.NODE_OPTIONS = `--import ${STOPPING}`;
  const start = () => startChild("ingest", ["--home", home.folder, ...kafka, ...watched]);
  const play = (listener: string) => log.append([playOf(listener)]);
  const untilHeard = async (listener: string) => {
    const untilMs = performance.now() + PATIENCE_MS;
    while (state.read(listener as ListenerId) === undefined) {
      assert.ok(performance.now() < untilMs, `${listener} was heard`);
      await sleep(20);
    }
  };

  const wedged = await start();
  await play("ann");
  await untilHeard("ann");
  wedged.process.kill("SIGUSR2");
  await sleep(500);
  await play("bea");
  const stuckAtMs = performance.now();
  const ended = once(wedged.process, "exit");
  while (await isReady(wedged)) await sleep(50);
  const [code, signal] = await ended;
  const ms = Math.round(performance.now() - stuckAtMs);
  assert.notEqual(signal ?? code, 0);
  assert.equal(state.read("bea" as ListenerId), undefined);

  const another = await start();
  await untilHeard("bea");
  t.diagnostic(`figure: told to end after ${LOST_AFTER_MS} ms, gone after ${ms} ms, 0 lost`);
  await another.stop();
  for (const open of [log, state]) await open.close();
});

/** Of now: what a topic keeps is told by the time of its records. */
function playOf(listener: string) {
  const event = { eventId: `event-of-${listener}`, listener, track: "track-1" };
  return deliveryOf(listeningEvent({ ...event, happenedAtMs: Date.now() }));
}
