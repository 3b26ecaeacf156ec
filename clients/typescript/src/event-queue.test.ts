import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientFailure } from "./client-failure.ts";
import { createEventQueue } from "./event-queue.ts";

const LIMITS = { batchMax: 3, waitMs: 1, queueMax: 8 };
const PATIENCE_MS = 10_000;

test("events travel in order, together, and each once where nothing fails", async () => {
  const { queue, sent } = queueThat(() => undefined);
  for (const event of ["a", "b", "c", "d"]) queue.add(event);
  assert.equal(await queue.flush(PATIENCE_MS), true);
  assert.deepEqual(sent, [["a", "b", "c"], ["d"]]);
});

test("a batch that did not arrive is sent again as it was, when the server asks", async () => {
  const { queue, sent, delayed } = queueThat((_, count) => {
    if (count < 3) throw new ClientFailure("too_busy", "wait", { pushbackMs: 2 });
  });
  for (const event of ["a", "b"]) queue.add(event);
  assert.equal(await queue.flush(PATIENCE_MS), true);
  assert.deepEqual(sent, [
    ["a", "b"],
    ["a", "b"],
    ["a", "b"],
  ]);
  assert.deepEqual(delayed, ["too_busy", "too_busy"]);
});

test("of a refused batch the event at fault alone is dropped, and told", async () => {
  const { queue, sent, refused } = queueThat((events) => {
    if (events.includes("bad")) throw new ClientFailure("bad_request", "event.track: is empty");
  });
  for (const event of ["a", "bad", "c", "d"]) queue.add(event);
  assert.equal(await queue.flush(PATIENCE_MS), true);
  assert.deepEqual(refused, ["bad"]);
  assert.deepEqual(sent, [["a", "bad", "c"], ["a"], ["bad"], ["c"], ["d"]]);
});

test("a queue that is full says so and keeps what it has", async () => {
  const { queue } = queueThat(() => {
    throw new ClientFailure("unreachable", "nobody answers");
  });
  for (let event = 0; event < LIMITS.queueMax; event++) queue.add(`e${event}`);
  assert.throws(() => queue.add("one more"), { code: "queue_full" });
  assert.equal(await queue.flush(5), false);
  const left = await queue.close(5);
  assert.equal(left.length, LIMITS.queueMax);
  assert.throws(() => queue.add("late"), { code: "closed" });
});

test("closing waits for the events that are on their way", async () => {
  const { queue, sent } = queueThat(() => undefined);
  queue.add("a");
  assert.deepEqual(await queue.close(PATIENCE_MS), []);
  assert.deepEqual(sent, [["a"]]);
});

/** A queue whose server does what `answer` says, given a batch and how many came until then. */
function queueThat(answer: (events: readonly string[], count: number) => void) {
  const sent: string[][] = [];
  const refused: string[] = [];
  const delayed: string[] = [];
  const queue = createEventQueue<string>({
    limits: LIMITS,
    async send(events) {
      sent.push([...events]);
      answer(events, sent.length);
    },
    onRefused: (event) => refused.push(event),
    onDelayed: ({ code }) => delayed.push(code),
    random: () => 0,
  });
  return { queue, sent, refused, delayed };
}
