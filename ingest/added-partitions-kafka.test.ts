import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import { DEAD_LETTER_TOPIC, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { createKafkaClient } from "../core/log/kafka-client.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { BEGAN_AT_MS, deliveryOf, listeningEvent } from "../test/support/listening-records.ts";
import { openTestLog } from "../test/support/test-log.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { startIngest } from "./consume.ts";
import { newCounts } from "./counters.ts";

const LISTENERS = 20;
const PLAYS = 10;
const silently = () => undefined;

const brokers = await brokersForTests();
after(stopBrokersForTests);

if (brokers === undefined) {
  test("Kafka: partitions that are added", (context) => context.skip("there is no broker"));
} else {
  const engine = { brokers, prefix: `added-${process.pid}.` };
  test("partitions that are added are read from their beginning, and no play is lost", async () => {
    const store = createMemoryStore();
    await hearAll(engine, store, { partitions: 2, from: 0 });
    await addPartitions(engine, 5);
    await hearAll(engine, store, { partitions: 5, from: PLAYS });
    const steps = listeners().map((listener) => store.read(listener)?.steps);
    assert.deepEqual(steps, Array(LISTENERS).fill(2 * PLAYS));
    const moved = listeners().filter((listener) => store.read(listener)!.partition >= 2);
    assert.ok(moved.length > 0, "some listeners are on new partitions");
  });
}

interface Engine {
  readonly brokers: readonly string[];
  readonly prefix: string;
}

/** Publishes plays of every listener and hears the log to its end. */
async function hearAll(
  engine: Engine,
  store: SessionStore,
  { partitions, from }: { readonly partitions: number; readonly from: number },
): Promise<void> {
  const log = await openTestLog(engine, LISTENING_TOPIC, partitions);
  const deadLetters = await openTestLog(engine, DEAD_LETTER_TOPIC, 1);
  const models = tinyModels(1);
  const options = { deadLetters, store, models: () => models, counts: newCounts() };
  const group = `${engine.prefix}added`;
  const subscription = await startIngest({ ...options, log, group, onNotice: silently });
  const numbers = Array.from({ length: PLAYS }, (_, index) => from + index);
  await log.append(numbers.flatMap((number) => listeners().map((name) => playOf(name, number))));
  for (let index = 0; index < partitions; index++) {
    const partition = index as Partition;
    const { next } = await log.watermarks(partition);
    while ((store.position(partition)?.next ?? 0) < next) await sleep(5);
  }
  for (const open of [subscription, log, deadLetters]) await open.close();
}

function listeners(): ListenerId[] {
  return Array.from({ length: LISTENERS }, (_, index) => `listener-${index}` as ListenerId);
}

function playOf(listener: ListenerId, number: number) {
  const happenedAtMs = BEGAN_AT_MS + number * 60_000;
  return deliveryOf(listeningEvent({ eventId: `${listener} ${number}`, listener, happenedAtMs }));
}

async function addPartitions({ brokers, prefix }: Engine, count: number): Promise<void> {
  const settings = { brokers, clientId: prefix };
  const admin = createKafkaClient(settings, { retriesMax: 10, onNotice: silently }).admin();
  await admin.connect();
  const topic = `${prefix}.${LISTENING_TOPIC}`;
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await admin.disconnect();
}
