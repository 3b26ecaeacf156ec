import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { progressBar, progressLine } from "./progress-bar.ts";

test("a line gives share, speed and the time left", () => {
  const line = progressLine(
    { label: "train", done: 250, total: 1000, note: "loss 2.5" },
    {
      seconds: 5,
      doneBefore: 0,
    },
  );
  assert.match(line, /train.*\[######\s+\].*25%.*15 s left.*50\/s loss 2\.5/);
});

test("without an end only the speed is told", () => {
  const line = progressLine(
    { label: "read", done: 10, total: undefined },
    { seconds: 2, doneBefore: 6 },
  );
  assert.match(line, /^read\s+2\/s$/);
});

test("without a terminal lines are few, and the last one is always written", () => {
  const written = new PassThrough();
  let nowMs = 0;
  const bar = progressBar(written as unknown as NodeJS.WriteStream, () => nowMs);
  for (let done = 1; done <= 100; done++) {
    bar.show({ label: "train", done, total: 100 });
    nowMs += 100;
  }
  bar.show({ label: "train", done: 100, total: 100 });
  bar.end();
  const lines = String(written.read()).trim().split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines.at(-1)!, /100%/);
});
