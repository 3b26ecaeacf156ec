import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { collectingReader, until } from "./collecting-reader.ts";
import type { EventLog, LogPosition, LogRecord, NewRecord } from "./event-log.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "./log-limits.ts";
import { partitionOf } from "./partition-of.ts";

export interface LogEngine {
  /** Opens a topic; of the same name the same log, from its home of this run. */
  open(topic: string, partitions: number): Promise<EventLog>;
  /** Retention: makes the log forget the records before an offset. */
  truncateBefore(topic: string, position: LogPosition): Promise<void>;
}

const START = 0 as Offset;
const ONLY = 0 as Partition;
const TIMEOUT = { timeout: 90_000 };

/** The words that every engine of the event log is held to. */
export function eventLogContract(engine: LogEngine): void {
  appending(engine);
  reading(engine);
  subscribing(engine);
  losing(engine);
  closing(engine);
}

function appending(engine: LogEngine): void {
  test("records are read at the positions that append returned", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 4);
    const records = numbered(100);
    const positions = await log.append(records);
    for (const [index, { partition, offset }] of positions.entries()) {
      assert.equal(partition, partitionOf(records[index]!.key, 4));
      const [found] = await log.read(partition, offset, 1);
      assert.equal(found?.offset, offset);
      assert.deepEqual(textOf(found!), textOf(records[index]!));
    }
    await log.close();
  });

  test("offsets are dense from 0 and the records of a key stay in order", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 4);
    const appends = Array.from({ length: 40 }, (_, index) => log.append(numbered(25, index * 25)));
    await Promise.all(appends);
    const byKey = new Map<string, number[]>();
    for (const record of await everything(log)) {
      byKey.set(record.key, [...(byKey.get(record.key) ?? []), Number(textOf(record).value)]);
    }
    const heard = [...byKey.values()];
    assert.equal(heard.flat().length, 1000);
    for (const numbers of heard)
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    await log.close();
  });

  test(
    "a tombstone, headers, a timestamp and any bytes come back as they were",
    TIMEOUT,
    async () => {
      const log = await engine.open(newTopic(), 1);
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const headers = { "content-type": "application/json", größe: "µ ✓", empty: "" };
      await log.append([
        { key: "ключ", value: null, timestampMs: 1 },
        { key: "b", value: bytes, headers, timestampMs: 1_700_000_000_123 },
        { key: "c", value: new Uint8Array(0), timestampMs: 2 },
      ]);
      const found = await log.read(ONLY, START, 10);
      assert.deepEqual(
        found.map(({ key, value, timestampMs }) => ({
          key,
          value: value && [...value],
          timestampMs,
        })),
        [
          { key: "ключ", value: null, timestampMs: 1 },
          { key: "b", value: [...bytes], timestampMs: 1_700_000_000_123 },
          { key: "c", value: [], timestampMs: 2 },
        ],
      );
      assert.deepEqual(
        found.map((record) => record.headers),
        [{}, headers, {}],
      );
      await log.close();
    },
  );

  test("two that append to one log at once never lose or share an offset", TIMEOUT, async () => {
    const topic = newTopic();
    const logs = await Promise.all([engine.open(topic, 2), engine.open(topic, 2)]);
    const positions = await Promise.all(
      Array.from({ length: 60 }, (_, index) => logs[index % 2]!.append(numbered(5, index * 5))),
    );
    const places = positions.flat().map(({ partition, offset }) => `${partition}:${offset}`);
    assert.equal(new Set(places).size, 300);
    const values = (await everything(logs[0]!)).map((record) => Number(textOf(record).value));
    assert.deepEqual(
      values.toSorted((a, b) => a - b),
      numbers(300),
    );
    await Promise.all(logs.map((log) => log.close()));
  });

  test("a record beyond a limit is refused with the field at fault", TIMEOUT, async () => {
    const log = await engine.open(newTopic(), 1);
    const value = new Uint8Array(RECORD_BYTES_MAX + 1);
    await assert.rejects(log.append([{ key: "a", value }]), failure("bad_event", "value"));
    await assert.rejects(log.append([{ key: "", value: null }]), failure("bad_event", "key"));
    await log.append([{ key: "a", value: new Uint8Array(RECORD_BYTES_MAX - 1) }]);
    assert.equal((await log.watermarks(ONLY)).next, 1);
    await log.close();
  });
}

function reading(engine: LogEngine): void {
  test("a log that is opened again holds what was appended", TIMEOUT, async () => {
    const topic = newTopic();
    const first = await engine.open(topic, 2);
    await first.append(numbered(10));
    await first.close();
    const second = await engine.open(topic, 2);
    assert.equal((await everything(second)).length, 10);
    await second.append(numbered(10, 10));
    assert.equal((await everything(second)).length, 20);
    await second.close();
  });

  test("a log is not opened with another number of partitions", TIMEOUT, async () => {
    const topic = newTopic();
    const log = await engine.open(topic, 2);
    await assert.rejects(engine.open(topic, 3), failure("bad_configuration", "partitions"));
    await log.close();
  });

  test("watermarks say where a partition begins and ends", TIMEOUT, async () => {
    const topic = newTopic();
    const log = await engine.open(topic, 1);
    assert.deepEqual(await log.watermarks(ONLY), { first: 0, next: 0 });
    assert.deepEqual(await log.read(ONLY, START, 10), []);
    await log.append(numbered(10));
    assert.deepEqual(await log.watermarks(ONLY), { first: 0, next: 10 });
    assert.deepEqual(await log.read(ONLY, 10 as Offset, 10), []);
    await engine.truncateBefore(topic, { partition: ONLY, offset: 4 as Offset });
    assert.deepEqual(await log.watermarks(ONLY), { first: 4, next: 10 });
    await log.close();
  });

  test("reading outside of the watermarks fails and never jumps", TIMEOUT, async () => {
    const topic = newTopic();
    const log = await engine.open(topic, 1);
    await log.append(numbered(10));
    await engine.truncateBefore(topic, { partition: ONLY, offset: 4 as Offset });
    await assert.rejects(log.read(ONLY, 3 as Offset, 1), failure("log_data_lost"));
    await assert.rejects(log.read(ONLY, 11 as Offset, 1), failure("log_data_lost"));
    assert.equal((await log.read(ONLY, 4 as Offset, 2)).length, 2);
    await log.close();
  });
}

function subscribing(engine: LogEngine): void {
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

const opened = new Set<EventLog>();

/** Has the log closed at the end of the run where a failed test left it open. */
export function closedAfter<Log extends EventLog>(log: Log): Log {
  opened.add(log);
  return log;
}

export async function closeAll(): Promise<void> {
  await Promise.all([...opened].map((log) => log.close()));
}

let topics = 0;
const RUN = `${process.pid}-${Date.now().toString(36)}`;

export function newTopic(): string {
  topics += 1;
  return `contract.${RUN}.${topics}`;
}

/** Records whose values count from `from`, of 17 keys in turn. */
export function numbered(count: number, from = 0): NewRecord[] {
  return numbers(count).map((index) => ({
    key: `listener-${(from + index) % 17}`,
    value: Buffer.from(String(from + index)),
  }));
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** All records of all partitions; their offsets are checked to be dense. */
export async function everything(log: EventLog): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (let partition = 0 as Partition; partition < log.partitions; partition++) {
    const { first, next } = await log.watermarks(partition as Partition);
    for (let at: number = first; at < next; ) {
      const records = await log.read(partition as Partition, at as Offset, 97);
      assert.ok(records.length > 0 && records.length <= 97);
      for (const record of records) assert.equal(record.offset, at++);
      all.push(...records);
    }
  }
  return all;
}

function textOf(record: NewRecord | LogRecord): { readonly key: string; readonly value: string } {
  return { key: record.key, value: Buffer.from(record.value ?? []).toString() };
}

function failure(code: string, field?: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof Failure, String(thrown));
    assert.equal(thrown.code, code);
    assert.equal(thrown.field, field);
    return true;
  };
}
