import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset, Partition } from "../domain/ids.ts";
import { collectingReader, until } from "./collecting-reader.ts";
import {
  failure,
  type LogEngine,
  newTopic,
  numbered,
  numbers,
  ONLY,
  START,
  TIMEOUT,
} from "./contract-records.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "./log-limits.ts";

/** What every engine's subscriptions are held to; a part of the event log's contract. */
export function subscribing(engine: LogEngine): void {
  delivering(engine);
  losing(engine);
  closing(engine);
}

function delivering(engine: LogEngine): void {
  test("a subscriber hears each record once, in order, in bounded batches", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 3);
    await log.append(numbered(2_500));
    const reader = collectingReader(START);
    const subscription = await log.subscribe("hears", reader);
    await log.append(numbered(500, 2_500));
    await until(() => reader.records.length >= 3_000, "all records were heard");
    await subscription.close();
    assert.deepEqual(
      reader
        .values()
        .map(Number)
        .toSorted((a, b) => a - b),
      numbers(3_000),
    );
    for (const { records, next } of reader.batches) {
      assert.ok(records.length > 0 && records.length <= BATCH_RECORDS_MAX);
      const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      assert.ok(bytes <= BATCH_BYTES_MAX || records.length === 1);
      assert.ok(next > records.at(-1)!.offset);
    }
    for (let partition = 0; partition < 3; partition++) {
      const heard = reader.records.filter((record) => record.partition === partition);
      assert.deepEqual(
        heard.map(({ offset }) => offset),
        numbers(heard.length),
      );
    }
    assert.deepEqual(reader.assigned.toSorted(), [0, 1, 2]);
    await log.close();
  });

  test("nothing of a partition is read before it is prepared", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 2);
    await log.append(numbered(100));
    const reader = collectingReader(START);
    let tries = 0;
    const prepare = async (partition: Partition) => {
      tries += 1;
      if (tries <= 2) throw new Error("the state is not here");
      reader.prepared.push(partition);
    };
    const onBatch: typeof reader.onBatch = async (batch, signal) => {
      assert.ok(reader.prepared.includes(batch.partition));
      await reader.onBatch(batch, signal);
    };
    const subscription = await log.subscribe("prepares", { ...reader, prepare, onBatch });
    await until(() => reader.records.length >= 100, "all records were heard");
    assert.ok(tries > 2);
    await subscription.close();
    await log.close();
  });

  test("a live subscriber is given what is appended by another", TIMEOUT, async () => {
    const topic = newTopic();
    const [log, other] = await Promise.all([engine.open(topic, 1), engine.open(topic, 1)]);
    const reader = collectingReader(START);
    await log.subscribe("lives", reader);
    for (let index = 0; index < 10; index++) {
      await other.append(numbered(1, index));
      await until(() => reader.records.length > index, "the record was heard");
    }
    assert.deepEqual(reader.values().map(Number), numbers(10));
    await Promise.all([log.close(), other.close()]);
  });

  test("reading resumes from the reader's offset, not from the log's", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 1);
    await log.append(numbered(10));
    const first = collectingReader(START);
    const subscription = await log.subscribe("resumes", first);
    await until(() => first.records.length === 10, "all records were heard");
    await subscription.close();
    const second = collectingReader(3 as Offset);
    const again = await log.subscribe("resumes", second);
    await until(() => second.records.length === 7, "the records from 3 on were heard");
    assert.equal(second.records[0]?.offset, 3);
    await again.close();
    await log.close();
  });

  test(
    "a rejected batch is given again until it is taken, and nothing is lost",
    TIMEOUT,
    async () => {
      const log = await engine.open(newTopic(), 2);
      let rejections = 0;
      const reader = collectingReader(START, async () => {
        rejections += 1;
        if (rejections % 2 === 1 && rejections < 8) throw new Error("the store is busy");
      });
      const subscription = await log.subscribe("rejects", reader);
      for (let index = 0; index < 20; index++) await log.append(numbered(5, index * 5));
      await until(() => reader.records.length >= 100, "all records were taken");
      assert.deepEqual(
        reader
          .values()
          .map(Number)
          .toSorted((a, b) => a - b),
        numbers(100),
      );
      await subscription.close();
      await log.close();
    },
  );

  test("a partition has one batch under way at a time", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 2);
    const underWay = new Set<Partition>();
    const reader = collectingReader(START, async ({ partition }) => {
      assert.ok(!underWay.has(partition));
      underWay.add(partition);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay.delete(partition);
    });
    const subscription = await log.subscribe("alone", reader);
    for (let index = 0; index < 30; index++) await log.append(numbered(4, index * 4));
    await until(() => reader.records.length >= 120, "all records were heard");
    assert.equal(reader.records.length, 120);
    await subscription.close();
    await log.close();
  });
}

function losing(engine: LogEngine): void {
  test("an offset that retention removed is reported, and reading goes on", TIMEOUT, async () => {
    const topic = newTopic();
    const log = await engine.open(topic, 1);
    await log.append(numbered(10));
    await engine.truncateBefore(topic, { partition: ONLY, offset: 6 as Offset });
    const reader = collectingReader(2 as Offset);
    const subscription = await log.subscribe("lost", reader);
    await until(() => reader.records.length === 4, "the records that are left were heard");
    const watermarks = { first: 6, next: 10 };
    assert.deepEqual(reader.outOfRange, [{ partition: ONLY, wanted: 2, watermarks }]);
    assert.deepEqual(reader.values(), ["6", "7", "8", "9"]);
    await subscription.close();
    await log.close();
  });

  test("an offset beyond the end is reported and never waited for", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 1);
    await log.append(numbered(5));
    const reader = collectingReader(1_000 as Offset);
    const subscription = await log.subscribe("beyond", reader);
    await until(() => reader.records.length === 5, "the records from the first on were heard");
    assert.equal(reader.outOfRange[0]?.wanted, 1_000);
    assert.equal(reader.outOfRange.length, 1);
    await subscription.close();
    await log.close();
  });
}

function closing(engine: LogEngine): void {
  test("closing finishes the batch under way and starts no other", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 1);
    let started = false;
    const reader = collectingReader(START, async () => {
      started = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    const subscription = await log.subscribe("closes", reader);
    await log.append(numbered(5));
    await until(() => started, "the batch was under way");
    await subscription.close();
    const heard = reader.records.length;
    assert.ok(heard > 0);
    await log.append(numbered(5, 5));
    assert.equal(reader.records.length, heard);
    assert.deepEqual(subscription.assigned(), []);
    await log.close();
  });

  test("a second member takes over what the first gives up", TIMEOUT, async () => {
    const topic = newTopic();
    const [log, other] = await Promise.all([engine.open(topic, 2), engine.open(topic, 2)]);
    const [first, second] = [collectingReader(START), collectingReader(START)];
    const subscription = await log.subscribe("pair", first);
    await until(() => subscription.assigned().length === 2, "the first member owns all partitions");
    const standBy = await other.subscribe("pair", second);
    await log.append(numbered(50));
    const heard = () => first.records.length + second.records.length;
    await until(() => heard() >= 50, "all records were heard by one of the two");
    await subscription.close();
    for (const [partition, next] of first.next) second.next.set(partition, next);
    await until(() => standBy.assigned().length === 2, "the second member owns all partitions");
    await other.append(numbered(50, 50));
    await until(
      () => new Set([...first.values(), ...second.values()]).size === 100,
      "all is heard",
    );
    assert.ok(standBy.silentForMs() < 60_000);
    await Promise.all([log.close(), other.close()]);
  });

  test("a closed log refuses to append", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 1);
    await log.close();
    await assert.rejects(log.append(numbered(1)), failure("log_unavailable"));
  });
}
