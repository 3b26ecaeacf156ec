import assert from "node:assert/strict";
import { after, test } from "node:test";
import { brokersForTests, stopBrokersForTests } from "../../deploy/kafka/require-broker.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { newTopic } from "./contract-records.ts";
import type { NewRecord } from "./event-log.ts";
import type { FencedLog } from "./fenced-log.ts";
import { openKafkaFencedLog } from "./kafka-fenced-log.ts";

const SECOND = 1 as Partition;
const START = 0 as Offset;
const silently = () => undefined;

const brokers = await brokersForTests();
after(stopBrokersForTests);

if (brokers === undefined) {
  test("Kafka: a log with one writer", (context) => context.skip("there is no broker"));
} else {
  test("what a writer wrote is read by all, in its partition alone and in order", async () => {
    const log = await openLog();
    const records = Array.from({ length: 4_000 }, (_, index) => record(`key-${index}`, 500));
    const writer = await log.openWriter(SECOND);
    await writer.write(records);
    await writer.write([{ key: "key-0", value: null }]);
    const keys = (await readAll(log)).map(({ key }) => key);
    assert.deepEqual(keys, [...records.map(({ key }) => key), "key-0"]);
    assert.deepEqual((await log.read(0 as Partition, START)).records, []);
    await writer.close();
    await log.close();
  });

  test("a writer is refused once another was opened, and its last words are not read", async () => {
    const log = await openLog();
    const first = await log.openWriter(SECOND);
    await first.write([record("one")]);
    const second = await log.openWriter(SECOND);
    await assert.rejects(first.write([record("late")]), { code: "stale_owner" });
    await second.write([record("two")]);
    // A broker shows what was committed a moment after it said so.
    let keys: string[] = [];
    for (let tries = 0; keys.length < 2 && tries < 100; tries++) {
      keys = (await readAll(log)).map(({ key }) => key);
    }
    assert.deepEqual(keys, ["one", "two"]);
    await Promise.all([first.close(), second.close()]);
    await log.close();
  });
}

function openLog(): Promise<FencedLog> {
  return openKafkaFencedLog({
    brokers: brokers!,
    clientId: "tests",
    topic: newTopic(),
    partitions: 2,
    compacted: true,
    replacedWithinMs: 60_000,
    onNotice: silently,
  });
}

function record(key: string, bytes = 1): NewRecord {
  return { key, value: Buffer.alloc(bytes) };
}

async function readAll(log: FencedLog) {
  const all = [];
  for (let at = START, isEnd = false; !isEnd; ) {
    const read = await log.read(SECOND, at);
    all.push(...read.records);
    ({ through: at, isEnd } = read);
  }
  return all;
}
