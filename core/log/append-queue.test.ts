import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset, Partition } from "../domain/ids.ts";
import { createAppendQueue } from "./append-queue.ts";
import type { NewRecord } from "./event-log.ts";
import { QUEUED_BYTES_MAX, WRITE_BYTES_MAX, WRITE_RECORDS_MAX } from "./log-limits.ts";

/** An engine that keeps keys in memory and fails when told to. */
function memoryEngine() {
  const engine = {
    writes: [] as NewRecord[][],
    failNext: false,
    underWay: 0,
    async write(records: readonly NewRecord[]) {
      engine.underWay += 1;
      assert.equal(engine.underWay, 1);
      await new Promise((resolve) => setImmediate(resolve));
      engine.underWay -= 1;
      if (engine.failNext) {
        engine.failNext = false;
        throw new Error("the disk is full");
      }
      const first = engine.writes.flat().length;
      engine.writes.push([...records]);
      return records.map((_, index) => ({
        partition: 0 as Partition,
        offset: (first + index) as Offset,
      }));
    },
  };
  return engine;
}

const record = (key: string, bytes = 0): NewRecord => ({ key, value: new Uint8Array(bytes) });

test("appends that arrive together share a write and get their own positions", async () => {
  const engine = memoryEngine();
  const queue = createAppendQueue(engine.write);
  const appends = ["a", "b", "c"].map((key) => queue.append([record(key), record(key)]));
  const offsets = (await Promise.all(appends)).map((positions) => positions.map((p) => p.offset));
  assert.deepEqual(offsets, [[0, 1], [2, 3], [4, 5]]); // biome-ignore format: one row per append
  assert.equal(engine.writes.length, 1);
});

test("an append larger than a write is split, in order, between its neighbours", async () => {
  const engine = memoryEngine();
  const queue = createAppendQueue(engine.write);
  const many = Array.from({ length: WRITE_RECORDS_MAX * 2 }, (_, index) => record(`k${index}`));
  const large = [record("x", WRITE_BYTES_MAX - 100), record("y", 200), record("z", 10)];
  const [before, positions, after] = await Promise.all([
    queue.append([record("first")]),
    queue.append([...many, ...large]),
    queue.append([record("last")]),
  ]);
  assert.equal(before[0]?.offset, 0);
  assert.deepEqual(
    positions.map(({ offset }) => offset),
    [...many, ...large].map((_, i) => i + 1),
  );
  assert.equal(after[0]?.offset, positions.length + 1);
  for (const write of engine.writes) {
    assert.ok(write.length <= WRITE_RECORDS_MAX);
    const bytes = write.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    assert.ok(bytes <= WRITE_BYTES_MAX);
  }
});

test("a failed write rejects its own appends and no later ones", async () => {
  const engine = memoryEngine();
  const queue = createAppendQueue(engine.write);
  engine.failNext = true;
  await assert.rejects(queue.append([record("a")]), /the disk is full/);
  assert.deepEqual(await queue.append([record("b")]), [{ partition: 0, offset: 0 }]);
});

test("what waits is bounded, and a failure gives its room back", async () => {
  const engine = memoryEngine();
  const queue = createAppendQueue(engine.write);
  const half = Array.from({ length: 40 }, () => record("a", 800_000));
  const appends = [1, 2].map(() => queue.append(half));
  await assert.rejects(queue.append(half), { code: "log_unavailable" });
  engine.failNext = true;
  await Promise.allSettled(appends);
  assert.ok(QUEUED_BYTES_MAX > 800_000 * 80);
  await Promise.all([1, 2].map(() => queue.append(half)));
});

test("closing waits for what was accepted and refuses the rest", async () => {
  const engine = memoryEngine();
  const queue = createAppendQueue(engine.write);
  const accepted = queue.append([record("a")]);
  const closed = queue.close();
  await assert.rejects(queue.append([record("b")]), { code: "log_unavailable" });
  await closed;
  assert.equal((await accepted)[0]?.offset, 0);
});
