import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ListenerId, Offset, Partition } from "../core/domain/ids.ts";
import { type EmbeddedLog, openEmbeddedLog } from "../core/log/embedded-log.ts";
import {
  DEAD_LETTER_TOPIC,
  type EventLog,
  LISTENING_TOPIC,
  type LogReader,
} from "../core/log/event-log.ts";
import type { LogNotice } from "../core/log/log-notice.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import {
  BEGAN_AT_MS,
  batchOf,
  type Delivery,
  deliveryOf,
  listeningEvent,
  recordsOf,
} from "../test/support/listening-records.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { startIngest } from "./consume.ts";
import { type Counts, newCounts } from "./counters.ts";

const ann = "ann" as ListenerId;
const partition = 0 as Partition;
const home = temporaryFolder();

test("ingest resumes where the store is, not where the log was read to", async () => {
  const folder = join(home, "resume");
  const store = createMemoryStore();
  const counts = newCounts();
  await publish(folder, [play(1), play(2)]);
  await ingestAll(folder, store, counts);
  await publish(folder, [play(3), { key: "ann", value: new Uint8Array([1]) }]);
  await ingestAll(folder, store, counts);
  assert.equal(store.read(ann)?.steps, 3);
  assert.deepEqual([counts.stepped, counts.dead_lettered, counts.replayed], [3, 1, 0]);
  // The same log into an empty store: nothing but the store says where to begin.
  const again = createMemoryStore();
  await ingestAll(folder, again, newCounts());
  assert.equal(await again.digest(), await store.digest());
});

test("records that the log gave up are counted, reported and passed over", async () => {
  const folder = join(home, "retention");
  const store = createMemoryStore();
  const counts = newCounts();
  await publish(folder, [play(1), play(2)]);
  await ingestAll(folder, store, counts);
  await publish(folder, [play(3), play(4), play(5)]);
  await using(folder, (log) => log.truncateBefore(partition, 4 as Offset));
  const notices = await ingestAll(folder, store, counts);
  assert.equal(counts.lost_records, 2);
  assert.equal(counts.log_restarts, 0);
  assert.match(notices[0]?.message ?? "", /2 records from 2 on were lost/);
  assert.equal(store.read(ann)?.steps, 3);
});

test("a topic that was made anew is read from its beginning, with nothing skipped", async () => {
  const folder = join(home, "anew");
  const store = createMemoryStore();
  const counts = newCounts();
  await publish(folder, [play(1), play(2), play(3), play(4)]);
  await ingestAll(folder, store, counts);
  await rm(folder, { recursive: true });
  await publish(folder, [play(5), play(6)]);
  const notices = await ingestAll(folder, store, counts);
  assert.match(notices[0]?.message ?? "", /made anew/);
  assert.deepEqual([counts.log_restarts, counts.lost_records, counts.replayed], [1, 0, 0]);
  assert.equal(store.read(ann)?.steps, 6);
  assert.equal(store.position(partition)?.epoch, 1);
});

test("a jump that another owner has made is not made again", async () => {
  const store = createMemoryStore();
  const models = tinyModels(1);
  const readers: LogReader[] = [];
  const subscription = { assigned: () => [], silentForMs: () => 0, close: async () => {} };
  const subscribe = async (_: string, reader: LogReader) => {
    readers.push(reader);
    return subscription;
  };
  const log = { topic: LISTENING_TOPIC, subscribe } as unknown as EventLog;
  const counts = newCounts();
  const options = { log, deadLetters: log, store, models: () => models, onNotice: () => {} };
  for (let owner = 0; owner < 2; owner++) await startIngest({ ...options, counts });
  const [one, other] = readers as [LogReader, LogReader];
  const { signal } = new AbortController();
  const hear = (reader: LogReader, numbers: number[]) =>
    reader.onBatch(batchOf(recordsOf(numbers.map(play))), signal);
  await hear(one, [1, 2]);
  // Both find that the topic was made anew; the first comes to the very offset that they had.
  const watermarks = { first: 0 as Offset, next: 1 as Offset };
  for (const reader of readers) reader.onOutOfRange(partition, 2 as Offset, watermarks);
  await hear(one, [3, 4]);
  await assert.rejects(hear(other, [3, 4]), /is at offset 2 of epoch 1/);
  assert.deepEqual([store.position(partition)?.epoch, store.read(ann)?.steps], [1, 4]);
});

function play(number: number): Delivery {
  const happenedAtMs = BEGAN_AT_MS + number * 60_000;
  return deliveryOf(listeningEvent({ eventId: `${number}`, happenedAtMs }));
}

async function using<T>(folder: string, action: (log: EmbeddedLog) => Promise<T>): Promise<T> {
  const log = await openEmbeddedLog({ folder, topic: LISTENING_TOPIC, partitions: 1 });
  try {
    return await action(log);
  } finally {
    await log.close();
  }
}

function publish(folder: string, deliveries: readonly Delivery[]): Promise<unknown> {
  return using(folder, (log) => log.append(deliveries));
}

/** Runs ingest until it has read the whole log; returns what it reported. */
async function ingestAll(
  folder: string,
  store: SessionStore,
  counts: Counts,
): Promise<readonly LogNotice[]> {
  const notices: LogNotice[] = [];
  const topic = DEAD_LETTER_TOPIC;
  const deadLetters = await openEmbeddedLog({ folder, topic, partitions: 1 });
  await using(folder, async (log) => {
    const { next } = await log.watermarks(partition);
    const models = tinyModels(1);
    const onNotice = (notice: LogNotice) => notices.push(notice);
    const options = { log, deadLetters, store, models: () => models, counts, onNotice };
    const subscription = await startIngest(options);
    while (store.position(partition)?.next !== next) await sleep(2);
    await subscription.close();
  });
  await deadLetters.close();
  return notices;
}
