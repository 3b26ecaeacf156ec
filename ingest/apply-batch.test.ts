import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../core/domain/failure.ts";
import { bundleMark } from "../core/domain/hash.ts";
import type { ListenerId, Offset, Partition } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { listenerRecord } from "../core/state/stored-record.ts";
import { appliedTo } from "../test/support/apply.ts";
import {
  BEGAN_AT_MS,
  batchOf,
  type Delivery,
  deliveryOf,
  listeningEvent,
  recordsOf,
} from "../test/support/listening-records.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { applyBatch } from "./apply-batch.ts";
import { type Counts, newCounts } from "./counters.ts";

const ann = "ann" as ListenerId;
const MINUTE_MS = 60_000;

test("duplicates leave the state that the log has without them", async () => {
  const plays = [play("1", 0), play("2", 3), play("3", 6)];
  const plain = await applied(plays);
  const doubled = await applied([...plays, plays[0]!, plays[2]!]);
  assert.deepEqual(doubled.store.read(ann), plain.store.read(ann));
  assertCounts(doubled.counts, { stepped: 3, duplicate: 2, waves: 3, commits: 1 });
});

test("late events inside the tolerance step, and beyond it are counted and dropped", async () => {
  const late = [play("1", 60), play("2", 50), play("3", 49), play("4", 0)];
  const { counts, store } = await applied(late);
  assertCounts(counts, { stepped: 2, late: 2, waves: 2, commits: 1 });
  assert.equal(store.read(ann)?.steps, 2);
});

test("what is no event is a dead letter that says where and why, and ingest goes on", async () => {
  const cut = { key: "ann", value: play("2", 1).value!.subarray(0, 9) };
  const { counts, letters, store } = await applied([play("1", 0), cut, play("3", 2)]);
  assertCounts(counts, { stepped: 2, dead_lettered: 1, waves: 2, commits: 1 });
  assert.equal(store.position(partition)?.next, 3);
  const [letter] = letters;
  assert.equal(letter?.key, "segue.listening.v1/0/1");
  assert.deepEqual(letter?.value, cut.value);
  const { topic, offset, reason, field } = letter?.headers ?? {};
  assert.deepEqual([topic, letter?.headers?.partition, offset], ["segue.listening.v1", "0", "1"]);
  assert.ok(reason && field);
});

test("a batch of nothing but dead letters moves the position", async () => {
  const { store, letters } = await applied([{ key: "ann", value: new Uint8Array([255]) }]);
  assert.equal(store.position(partition)?.next, 1);
  assert.equal(letters.length, 1);
  assert.equal(store.read(ann), undefined);
});

test("a kind and a field of a newer version are no dead letters", async () => {
  // Kind 99 in field 6, and a field 15 that this version does not have.
  const newer = Buffer.concat([play("1", 0).value!, Buffer.from([0x30, 99, 0x78, 1])]);
  const { counts, store } = await applied([{ ...play("1", 0), value: newer }]);
  assertCounts(counts, { stepped: 1, waves: 1, commits: 1 });
  assert.equal(listenerRecord(store.read(ann)!).recent[0]?.kind, "unspecified");
});

test("an event of which nothing may be kept leaves no trace, be it an event or not", async () => {
  const kept = await applied([play("1", 0), play("3", 2)]);
  const [sound, timeless] = [play("2", 1), deliveryOf(listeningEvent({ happenedAtMs: 0 }))];
  // Field 20, true.
  const unkept = [sound, timeless].map((delivery) => {
    return { ...delivery, value: Buffer.concat([delivery.value!, Buffer.from([0xa0, 1, 1])]) };
  });
  const { counts, store, letters } = await applied([play("1", 0), ...unkept, play("3", 2)]);
  assertCounts(counts, { stepped: 2, not_stored: 2, waves: 2, commits: 1 });
  const [before, after] = [kept.store.read(ann), store.read(ann)];
  assert.deepEqual({ ...after, heardOffset: 1 }, before);
  assert.deepEqual(letters, []);
});

test("impossible times are dead letters and neither end a session nor age the state", async () => {
  const times = [0, -1, Number.MAX_SAFE_INTEGER, BEGAN_AT_MS + 10 * 365 * 86_400_000];
  const wrong = times.map((happenedAtMs, index) => ({
    ...deliveryOf(listeningEvent({ eventId: `wrong ${index}`, happenedAtMs })),
    timestampMs: BEGAN_AT_MS,
  }));
  const { counts, store, letters } = await applied([play("1", 0), ...wrong, play("2", 3)]);
  assertCounts(counts, { stepped: 2, dead_lettered: 4, waves: 2, commits: 1 });
  assert.equal(store.read(ann)?.sessionSteps, 2);
  assert.ok(letters.every((letter) => letter.headers?.field === "happened_at_ms"));
});

test("an id of a megabyte is refused before the store, and its letter is cut", async () => {
  const huge = "x".repeat(1_000_000);
  const records = [
    deliveryOf(listeningEvent({ listener: huge })),
    { key: huge, value: null },
    deliveryOf(listeningEvent({ track: "t".repeat(300) })),
  ];
  const { counts, letters } = await applied(records);
  assertCounts(counts, { dead_lettered: 3, commits: 1 });
  assert.deepEqual(
    letters.map(({ headers }) => headers?.field),
    ["value", "key", "track"],
  );
  assert.ok(letters.every(({ value, key }) => value!.length <= 65_536 && key.length < 100));
});

test("an unknown track is counted and the session goes on", async () => {
  const unknown = deliveryOf(listeningEvent({ eventId: "2", track: "not in the bundle" }));
  const { counts, store } = await applied([play("1", 0), unknown, play("3", 3)]);
  assertCounts(counts, { stepped: 3, unknown_track: 1, waves: 3, commits: 1 });
  assert.equal(store.read(ann)?.sessionSteps, 3);
});

test("a tombstone leaves nothing, and what comes after it is a new listener", async () => {
  const tombstone = { key: "ann", value: null };
  const { counts, store } = await applied([play("1", 0), play("2", 3), tombstone]);
  assertCounts(counts, { stepped: 2, forgotten: 1, commits: 1 });
  assert.equal(store.read(ann), undefined);
  const after = await applied([play("1", 0), tombstone, play("1", 3)]);
  assert.equal(after.store.read(ann)?.steps, 1);
  assert.equal(after.counts.duplicate, 0);
});

test("a tombstone that was applied stays applied when its batch comes again", async () => {
  const records = recordsOf([play("1", 0), { key: "ann", value: null }]);
  const { store, counts, apply } = appliedTo();
  await apply(records);
  await apply(records.slice(0, 1));
  await apply(records);
  assert.equal(store.read(ann), undefined);
  assert.equal(counts.replayed, 3);
});

test("the batch of an owner that was overtaken is refused and writes nothing", async () => {
  const store = createMemoryStore();
  const models = tinyModels(1);
  // The other owner commits while this one's models run.
  const overtaken = {
    ...models,
    runner: {
      ...models.runner,
      step: async (wave: Parameters<typeof models.runner.step>[0]) => {
        if (store.position(partition) === undefined) {
          const position = { epoch: 0, next: 1 as Offset, appendedAtMs: 0 };
          const expectedNext = 0 as Offset;
          await store.commit({ partition, expectedNext, position, records: new Map() });
        }
        return models.runner.step(wave);
      },
    },
  };
  const { apply, counts } = appliedTo(store, overtaken);
  await assert.rejects(
    apply(recordsOf([play("1", 0)])),
    (error) => error instanceof Failure && error.code === "stale_owner",
  );
  assert.equal(store.read(ann), undefined);
  assert.deepEqual(counts, newCounts());
});

test("a batch that another owner has applied waits until that is durable", async () => {
  const store = createMemoryStore();
  await appliedTo(store).apply(recordsOf([play("1", 0)]));
  const digest = await store.digest();
  const failing = {
    ...store,
    commit: () => Promise.reject(new Failure("store_unavailable", "the disk does not answer")),
  };
  const again = appliedTo(failing);
  await assert.rejects(again.apply(recordsOf([play("1", 0)])), /does not answer/);
  await appliedTo(store).apply(recordsOf([play("1", 0)]));
  assert.equal(await store.digest(), digest);
});

test("a batch whose partition was taken away is not written", async () => {
  const store = createMemoryStore();
  const signal = AbortSignal.abort(new Error("taken away"));
  const deadLetters = { append: async () => [] };
  const context = { store, models: tinyModels(1), topic: "t", deadLetters, signal };
  await assert.rejects(applyBatch(batchOf(recordsOf([play("1", 0)])), context), /taken away/);
  assert.equal(store.position(partition), undefined);
});

test("a batch that begins above the stored position is refused", async () => {
  const { store, apply } = appliedTo();
  await apply(recordsOf([play("1", 0)]));
  const digest = await store.digest();
  await assert.rejects(apply(recordsOf([play("3", 6)], 2)), /begins at 2, the store is at 1/);
  assert.equal(await store.digest(), digest);
});

test("a batch whose first offsets hold no record goes on where it was asked from", async () => {
  const { store } = await applied([play("1", 0)]);
  const { signal } = new AbortController();
  const context = { store, models: tinyModels(1), topic: "t", deadLetters: NONE, signal };
  const batch = { ...batchOf(recordsOf([play("3", 6)], 4)), from: 1 as Offset };
  await applyBatch(batch, context);
  assert.equal(store.position(partition)?.next, 5);
});

test("nothing is committed when the dead letters cannot be written", async () => {
  const store = createMemoryStore();
  const deadLetters = { append: () => Promise.reject(new Failure("log_unavailable", "down")) };
  const { signal } = new AbortController();
  const context = { store, models: tinyModels(1), topic: "t", deadLetters, signal };
  const records = recordsOf([play("1", 0), { key: "ann", value: new Uint8Array() }]);
  await assert.rejects(applyBatch(batchOf(records), context), /down/);
  assert.equal(store.position(partition), undefined);
});

test("listeners met under a newer bundle are counted as rebuilt, once", async () => {
  const context = appliedTo();
  await context.apply(recordsOf([play("1", 0)]));
  context.models = tinyModels(2);
  await context.apply(recordsOf([play("2", 3)], 1));
  await context.apply(recordsOf([play("3", 6)], 2));
  assert.equal(context.counts.rebuilt, 1);
  assert.equal(context.store.read(ann)?.bundle, bundleMark(context.models.bundle.manifest.id));
});

test("a damaged record is counted and its listener begins anew", async () => {
  const store = createMemoryStore();
  const damaged = {
    ...store,
    read: () => {
      throw new Failure("bad_record", "fails its checksum");
    },
  };
  const { apply, counts } = appliedTo(damaged);
  await apply(recordsOf([play("1", 0)]));
  assertCounts(counts, { stepped: 1, damaged_records: 1, waves: 1, commits: 1 });
  assert.equal(store.read(ann)?.steps, 1);
});

const partition = 0 as Partition;
const NONE = { append: async () => [] };

function play(eventId: string, minute: number): Delivery {
  const happenedAtMs = BEGAN_AT_MS + minute * MINUTE_MS;
  return deliveryOf(listeningEvent({ eventId, happenedAtMs }));
}

async function applied(deliveries: readonly Delivery[]) {
  const context = appliedTo();
  await context.apply(recordsOf(deliveries));
  return context;
}

/** Every count is as expected, and 0 where nothing is. */
function assertCounts(counts: Counts, expected: Partial<Counts>): void {
  assert.deepEqual(counts, { ...newCounts(), ...expected });
}
