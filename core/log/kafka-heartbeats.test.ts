import assert from "node:assert/strict";
import { test } from "node:test";
import ConsumerGroup from "kafkajs/src/consumer/consumerGroup.js";
import { keepHeartbeats } from "./kafka-heartbeats.ts";

const HOUR_MS = 60 * 60 * 1000;
const INTERVAL_MS = 1_000;

test("a member goes on to show that it lives when its clock is set back or forth", async (t) => {
  keepHeartbeats();
  keepHeartbeats();
  let nowMs = 10 * HOUR_MS;
  t.mock.method(Date, "now", () => nowMs);
  const group = new ConsumerGroup({
    logger: { namespace: () => undefined },
    instrumentationEmitter: { emit: () => undefined },
  });
  let beats = 0;
  Object.assign(group, { memberId: "one", coordinator: { heartbeat: async () => beats++ } });
  const beatsAt = async (atMs: number) => {
    nowMs = atMs;
    const before = beats;
    await group.heartbeat({ interval: INTERVAL_MS });
    return beats - before;
  };
  assert.equal(await beatsAt(nowMs + INTERVAL_MS), 1);
  assert.equal(await beatsAt(nowMs + INTERVAL_MS / 2), 0, "it is not due yet");
  assert.equal(await beatsAt(nowMs - HOUR_MS), 1);
  assert.equal(await beatsAt(nowMs + INTERVAL_MS / 2), 0);
  assert.equal(await beatsAt(nowMs + INTERVAL_MS), 1);
  assert.equal(await beatsAt(nowMs + HOUR_MS), 1);
});
