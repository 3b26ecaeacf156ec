import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, Offset, Partition } from "../core/domain/ids.ts";
import type { EventLog, LogRecord } from "../core/log/event-log.ts";
import { LISTENING_TOPIC } from "../core/log/event-log.ts";
import { appliedTo } from "../test/support/apply.ts";
import {
  BEGAN_AT_MS,
  deliveryOf,
  listeningEvent,
  recordsOf,
} from "../test/support/listening-records.ts";
import { rebuildListeners } from "./rebuild.ts";

const LISTENERS = ["ann", "bob", "cleo", "dan"];
const partition = 0 as Partition;

const records = recordsOf(
  Array.from({ length: 2_500 }, (_, index) => {
    const listener = LISTENERS[(index * 7) % 4]!;
    if (index === 700) return { key: "dan", value: null };
    if (index > 700 && listener === "dan") return { key: "ann", value: new Uint8Array([9]) };
    const happenedAtMs = BEGAN_AT_MS + index * 60_000;
    const track = `track-${index % 12}`;
    return deliveryOf(listeningEvent({ eventId: `${index}`, listener, track, happenedAtMs }));
  }),
);

test("listeners who were set aside come back as a replay of the log leaves them", async () => {
  const { store, models, apply } = appliedTo();
  for (let from = 0; from < 2_000; from += 400) await apply(records.slice(from, from + 400));
  const whole = await store.digest();
  await forget(store, ["ann", "cleo"]);
  assert.notEqual(await store.digest(), whole);
  // The log has gone on meanwhile.
  const wanted = ["ann", "cleo", "dan"] as ListenerId[];
  const rebuilt = await rebuildListeners(wanted, { log: logOf(records), store, models });
  assert.deepEqual(rebuilt, { rebuilt: 2, unknown: 1, shortened: [] });
  assert.equal(await store.digest(), whole);
});

test("who is idle by all listeners' events is so, too, where some are heard again", async () => {
  const evictAfterMs = 150_000;
  const { store, models, apply } = appliedTo(undefined, undefined, evictAfterMs);
  for (let from = 0; from < 900; from += 400) await apply(records.slice(from, from + 400));
  const before = store.read("bob" as ListenerId)!;
  await forget(store, ["bob"]);
  const log = logOf(records);
  await rebuildListeners(["bob" as ListenerId], { log, store, models, evictAfterMs });
  assert.deepEqual(store.read("bob" as ListenerId), before);
  assert.equal(before.sessionSteps, 1);
});

test("where the log lost its beginning, what it still holds is heard, and it is said", async () => {
  const { store, models, apply } = appliedTo();
  for (let from = 0; from < 1_000; from += 250) await apply(records.slice(from, from + 250));
  await forget(store, ["ann"]);
  const log = logOf(records, 900);
  const { shortened } = await rebuildListeners(["ann" as ListenerId], { log, store, models });
  assert.deepEqual(shortened, [partition]);
  const heard = records
    .slice(900, 1_000)
    .filter(({ key, value }) => key === "ann" && value!.length > 1);
  assert.equal(store.read("ann" as ListenerId)?.steps, heard.length);
});

type Store = ReturnType<typeof appliedTo>["store"];

async function forget(store: Store, listeners: readonly string[]): Promise<void> {
  const position = store.position(partition)!;
  const gone = new Map(listeners.map((listener) => [listener as ListenerId, null]));
  await store.commit({ partition, expectedNext: position.next, position, records: gone });
}

/** A log of one partition that can only be read. */
function logOf(all: readonly LogRecord[], first = 0): EventLog {
  return {
    topic: LISTENING_TOPIC,
    partitions: 1,
    watermarks: async () => ({ first: first as Offset, next: all.length as Offset }),
    read: async (_: Partition, from: Offset, recordsMax: number) =>
      all.slice(from, from + recordsMax),
  } as unknown as EventLog;
}
