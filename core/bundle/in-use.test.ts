import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as othersRun } from "node:timers/promises";
import { createInUse } from "./in-use.ts";

test("the end of a use is waited for by those who asked after it began", async () => {
  const users = createInUse();
  const endFirst = users.begin();
  const first = watched(users.ended());
  const endSecond = users.begin();
  const second = watched(users.ended());
  endSecond();
  await othersRun();
  assert.deepEqual([first.done, second.done], [false, false], "the first use goes on");
  endFirst();
  await othersRun();
  assert.deepEqual([first.done, second.done], [true, true]);
});

test("a use that begins later keeps nobody waiting, and ending one twice counts once", async () => {
  const users = createInUse();
  const end = users.begin();
  end();
  const ended = watched(users.ended());
  const endLater = users.begin();
  end();
  await othersRun();
  assert.deepEqual([ended.done, users.underWay], [true, 1]);
  endLater();
  assert.equal(users.underWay, 0);
});

function watched(promise: Promise<void>): { done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}
