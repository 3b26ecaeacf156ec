import assert from "node:assert/strict";
import { after, test } from "node:test";
import kafkajs from "kafkajs";
import {
  brokersForTests,
  ownBrokerForTests,
  stopBrokersForTests,
} from "../../deploy/kafka/require-broker.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { collectingReader, until } from "./collecting-reader.ts";
import {
  closeAll,
  closedAfter,
  everything,
  newTopic,
  numbered,
  numbers,
} from "./contract-records.ts";
import { eventLogContract } from "./event-log.contract.ts";
import type { EventLog, LogPosition } from "./event-log.ts";
import { createKafkaClient } from "./kafka-client.ts";
import { openKafkaLog } from "./kafka-log.ts";

const silently = () => undefined;
const START = 0 as Offset;

const shared = await brokersForTests();
after(closeAll);
after(stopBrokersForTests);
if (shared !== undefined) {
  const open = openOn(shared);
  eventLogContract({
    open,
    truncateBefore: (topic, position) => truncateBefore(shared, topic, position),
  });
  compression(shared, open);
  sharing(open);
  lostTopic(shared, open);
  brokerKills();
}

type Open = (topic: string, partitions: number) => Promise<EventLog>;

function openOn(brokers: readonly string[]): Open {
  return async (topic, partitions) =>
    closedAfter(
      await openKafkaLog({ brokers, clientId: "tests", topic, partitions, onNotice: silently }),
    );
}

function clientOf(brokers: readonly string[]) {
  return createKafkaClient({ brokers, clientId: "tests" }, { retriesMax: 10, onNotice: silently });
}

async function truncateBefore(
  brokers: readonly string[],
  topic: string,
  { partition, offset }: LogPosition,
): Promise<void> {
  const admin = clientOf(brokers).admin();
  await admin.connect();
  // kafkajs deletes only in topics whose leaders it has been told of.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  await admin.disconnect();
}

function compression(brokers: readonly string[], open: Open): void {
  for (const codec of ["GZIP", "Snappy", "LZ4", "ZSTD"] as const) {
    test(`batches that a producer compressed with ${codec} are read`, async () => {
      const topic = newTopic();
      const log = await open(topic, 1);
      const producer = clientOf(brokers).producer({
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      const messages = numbers(100).map((index) => ({ key: "a", value: `${index}`.repeat(50) }));
      await producer.send({ topic, messages, compression: kafkajs.CompressionTypes[codec] });
      await producer.disconnect();
      const reader = collectingReader(START);
      await log.subscribe(`${topic}-readers`, reader);
      await until(() => reader.records.length === 100, "all records were heard");
      assert.deepEqual(
        reader.values(),
        messages.map(({ value }) => value),
      );
      assert.equal((await log.read(0 as Partition, 99 as Offset, 10)).length, 1);
      await log.close();
    });
  }
}

function sharing(open: Open): void {
  test("two members share the partitions, and one is told what it lost", async () => {
    const topic = newTopic();
    const [log, other] = await Promise.all([open(topic, 4), open(topic, 4)]);
    const [first, second] = [collectingReader(START), collectingReader(START)];
    const one = await log.subscribe("share", first);
    await until(() => one.assigned().length === 4, "the first member owns all partitions");
    const two = await other.subscribe("share", second);
    await until(() => one.assigned().length === 2 && two.assigned().length === 2, "both own two");
    assert.deepEqual([...one.assigned(), ...two.assigned()].toSorted(), [0, 1, 2, 3]);
    assert.deepEqual(first.revoked.toSorted(), [...two.assigned()].toSorted());
    await log.append(numbered(200));
    const heard = () => [...first.values(), ...second.values()].map(Number);
    await until(() => heard().length >= 200, "all records were heard");
    assert.deepEqual(
      heard().toSorted((a, b) => a - b),
      numbers(200),
    );
    await Promise.all([log.close(), other.close()]);
  });
}

function lostTopic(brokers: readonly string[], open: Open): void {
  test("a record that retention takes from under a slow reader is reported", async () => {
    const topic = newTopic();
    const log = await open(topic, 1);
    let held: (() => void) | undefined;
    const hold = new Promise<void>((resolve) => {
      held = resolve;
    });
    const reader = collectingReader(START, async ({ records }) => {
      if (records[0]?.offset === 0) await hold;
    });
    await log.append(numbered(1));
    await log.subscribe(`${topic}-readers`, reader);
    await log.append(numbered(20, 1));
    await truncateBefore(brokers, topic, { partition: 0 as Partition, offset: 15 as Offset });
    held?.();
    await until(() => reader.next.get(0 as Partition) === 21, "the last record was heard");
    const heard = reader.records.map(({ offset }) => offset);
    const missed = numbers(21).filter((offset) => !heard.includes(offset as Offset));
    const reported = reader.outOfRange.map(({ wanted, watermarks }) => [wanted, watermarks.first]);
    const gaps = missed.length === 0 ? [] : [[missed[0], 15]];
    assert.deepEqual(reported, gaps);
    await log.close();
  });
}

function brokerKills(): void {
  test("a broker killed while records are written and read loses none", async () => {
    const broker = await ownBrokerForTests();
    assert.ok(broker !== undefined);
    const topic = newTopic();
    const log = await openOn(broker.brokers)(topic, 2);
    const reader = collectingReader(START);
    const subscription = await log.subscribe("survives", reader);
    const acknowledged: number[] = [];
    const appending = (async () => {
      for (let index = 0; index < 400; index++) {
        await log.append(numbered(5, index * 5));
        acknowledged.push(index);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    for (const count of [100, 200]) {
      await until(() => acknowledged.length > count, "some records were acknowledged");
      await broker.kill();
      await broker.restart();
    }
    await appending;
    await until(() => new Set(reader.values()).size === 2_000, "all records were heard");
    const stored = (await everything(log)).map(({ value }) => Buffer.from(value!).toString());
    assert.deepEqual(
      stored.map(Number).toSorted((a, b) => a - b),
      numbers(2_000),
    );
    for (const key of new Set(reader.records.map((record) => record.key))) {
      const ofKey = reader.records.filter((record) => record.key === key);
      const heard = ofKey.map(({ value }) => Number(Buffer.from(value!).toString()));
      assert.deepEqual(
        heard,
        heard.toSorted((a, b) => a - b),
      );
    }
    assert.ok(subscription.silentForMs() < 10_000);
    await log.close();
    await broker.stop();
  });

  test("an append to a broker that stays away fails as unavailable", async () => {
    const broker = await ownBrokerForTests();
    assert.ok(broker !== undefined);
    const { brokers } = broker;
    const topic = newTopic();
    const settings = { brokers, clientId: "tests", topic, partitions: 1, onNotice: silently };
    const log = closedAfter(await openKafkaLog({ ...settings, requestRetriesMax: 3 }));
    await log.append(numbered(1));
    await broker.kill();
    await assert.rejects(log.append(numbered(1, 1)), { code: "log_unavailable" });
    await broker.restart();
    const [position] = await log.append(numbered(1, 2));
    assert.ok(position !== undefined && position.offset >= 1);
    await log.close();
    await broker.stop();
  });
}
