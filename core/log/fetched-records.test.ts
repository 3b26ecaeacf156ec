import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset } from "../domain/ids.ts";
import type { LogRecord } from "./event-log.ts";
import { fetchedRecords } from "./fetched-records.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "./log-limits.ts";

test("what was fetched while another batch was read comes as one batch", () => {
  const fetched = fetchedRecords();
  fetched.add(records(0, 3), 3 as Offset);
  fetched.add(records(3, 2), 5 as Offset);
  assert.deepEqual(fetched.take(), { records: records(0, 5), next: 5 });
  assert.equal(fetched.take(), undefined);
});

test("records wait for their turn in batches within the limits", () => {
  const fetched = fetchedRecords();
  fetched.add(records(0, BATCH_RECORDS_MAX + 1), 0 as Offset);
  assert.deepEqual([fetched.take()?.records.length, fetched.take()?.records.length], [8_000, 1]);
  const large = records(0, 3, BATCH_BYTES_MAX / 2 + 1);
  fetched.add([...records(0, 1, 2 * BATCH_BYTES_MAX), ...large], 0 as Offset);
  const lengths = large.map(() => fetched.take()?.records.length);
  assert.deepEqual([...lengths, fetched.take()?.records.length], [1, 1, 1, 1]);
});

test("more is fetched once all was taken or dropped, and no sooner", async () => {
  const fetched = fetchedRecords();
  let taken = 0;
  const count = () => {
    taken += 1;
  };
  const all = fetched.add(records(0, BATCH_RECORDS_MAX + 1), 0 as Offset).then(count);
  fetched.take();
  await Promise.resolve();
  assert.equal(taken, 0);
  fetched.take();
  await all;
  const dropped = fetched.add(records(0, 1), 0 as Offset).then(count);
  fetched.drop();
  await dropped;
  await fetched.add([], 0 as Offset);
  assert.deepEqual([taken, fetched.take()], [2, undefined]);
});

function records(from: number, count: number, bytes = 1): LogRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    offset: (from + index) as Offset,
    key: "ann",
    value: new Uint8Array(bytes),
    headers: {},
    timestampMs: 0,
  }));
}
