import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { watchLiveHeap } from "./live-heap.ts";

const MEBIBYTE = 1024 * 1024;

test("what is kept shows after a whole collection, and what is dropped does not", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const liveBytes = watchLiveHeap();
  assert.equal(liveBytes(), 0);
  const afterCollection = async () => {
    const last = liveBytes();
    collect();
    // The word of a collection comes a while after it.
    while (liveBytes() === last) await sleep(5);
    return liveBytes();
  };
  const before = await afterCollection();
  let kept: number[][] | undefined = Array.from({ length: 64 }, () => newNumbers());
  const holding = await afterCollection();
  assert.ok(holding - before > 30 * MEBIBYTE, `${holding - before} bytes more`);
  assert.equal(kept.length, 64);
  kept = undefined;
  const left = (await afterCollection()) - before;
  assert.ok(left < 5 * MEBIBYTE, `${left} bytes more`);
});

/** Half a mebibyte. */
function newNumbers(): number[] {
  return Array.from({ length: 65_536 }, (_, index) => index + 0.5);
}
