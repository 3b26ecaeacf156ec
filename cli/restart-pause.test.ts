import assert from "node:assert/strict";
import { test } from "node:test";
import { afterEnd, NO_ENDS } from "./restart-pause.ts";

test("the pause grows with each end in a row, up to half a minute", () => {
  const pausesMs: (number | undefined)[] = [];
  let ends = NO_ENDS;
  for (let turn = 0; turn < 9; turn++) {
    const next = afterEnd(ends, 100);
    ends = next.ends;
    pausesMs.push(next.pauseMs);
  }
  assert.deepEqual(pausesMs, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test("a process that was well for a minute begins anew with the shortest pause", () => {
  const { ends } = afterEnd({ inARow: 7 }, 60_000);
  assert.deepEqual(afterEnd({ inARow: 7 }, 60_000), { ends, pauseMs: 500 });
  assert.equal(ends.inARow, 1);
});

test("a process that only ends is given up at last", () => {
  assert.equal(afterEnd({ inARow: 79 }, 0).pauseMs, 30_000);
  assert.equal(afterEnd({ inARow: 80 }, 0).pauseMs, undefined);
});
