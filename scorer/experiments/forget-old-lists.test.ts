import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import { openEmbeddedLog } from "../../core/log/embedded-log.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { forgetOldLists } from "./forget-old-lists.ts";

test("lists that are too old go, and all others stay", async () => {
  const place = { folder: temporaryFolder(), topic: "lists", partitions: 2 };
  const log = await openEmbeddedLog(place);
  const records = Array.from({ length: 90 }, (_, at) => {
    return { key: `key-${at % 7}`, value: new Uint8Array([at]), timestampMs: 1_000 + at };
  });
  await log.append(records);
  await forgetOldLists(log, 1_050);
  const left: number[] = [];
  for (const partition of [0, 1] as Partition[]) {
    const { first } = await log.watermarks(partition);
    const read = await log.read(partition, first, 100);
    left.push(...read.map(({ timestampMs }) => timestampMs));
  }
  assert.deepEqual(
    left.sort(),
    records.slice(50).map(({ timestampMs }) => timestampMs),
  );
  await forgetOldLists(log, 5_000);
  const { first, next } = await log.watermarks(0 as Partition);
  assert.equal(first, next as Offset);
  await log.close();
});
