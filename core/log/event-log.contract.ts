import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset } from "../domain/ids.ts";
import {
  everything,
  failure,
  type LogEngine,
  newTopic,
  numbered,
  numbers,
  ONLY,
  START,
  TIMEOUT,
  textOf,
} from "./contract-records.ts";
import { RECORD_BYTES_MAX } from "./log-limits.ts";
import { partitionOf } from "./partition-of.ts";
import { subscribing } from "./subscribing.contract.ts";

/** The words that every engine of the event log is held to. */
export function eventLogContract(engine: LogEngine): void {
  appending(engine);
  reading(engine);
  subscribing(engine);
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
