import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { type ServerWritableStream, status } from "@grpc/grpc-js";
import { Failure } from "../core/domain/failure.ts";
import { FOLLOW_LIMITS } from "./limits.ts";
import { serverStream } from "./server-stream.ts";

test("a reply waits until the reader has room for the one after it", async () => {
  const call = callOf({ room: 1 });
  const sent: number[] = [];
  const handler = serverStream<string, number>({ report: unexpected }, async (_, { send }) => {
    for (const reply of [1, 2, 3]) {
      await send(reply);
      sent.push(reply);
    }
  });
  const handled = Promise.resolve(handler(call.asGrpc));
  await new Promise(setImmediate);
  assert.deepEqual(sent, [1], "the second one filled the buffer");
  assert.deepEqual(call.written, [1, 2]);
  call.emit("drain");
  await new Promise(setImmediate);
  call.emit("drain");
  await handled;
  assert.deepEqual(call.written, [1, 2, 3]);
  assert.equal(call.isEnded, true);
});

test("a reader that goes while it has no room ends the stream", async () => {
  const call = callOf({ room: 0 });
  let reason: unknown;
  const handler = serverStream<string, number>({ report: unexpected }, async (_, reader) => {
    await reader.send(1).catch((error) => {
      reason = error;
      throw error;
    });
  });
  const handled = Promise.resolve(handler(call.asGrpc));
  await new Promise(setImmediate);
  call.emit("cancelled");
  await handled;
  assert.equal((reason as Error).name, "AbortError");
  assert.equal(call.listenerCount("drain"), 0);
});

test("more streams than the server bears are refused, until one has gone", async () => {
  const handler = serverStream<string, number>({ report: unexpected }, (_, { signal }) => {
    return once(signal, "abort").then(() => signal.throwIfAborted());
  });
  const calls = Array.from({ length: FOLLOW_LIMITS.streamsMax }, () => callOf({ room: 1 }));
  for (const call of calls) void handler(call.asGrpc);
  const over = callOf({ room: 1 });
  const refused = once(over, "error");
  void handler(over.asGrpc);
  const [error] = await refused.catch((reason) => [reason]);
  assert.equal((error as { code: number }).code, status.RESOURCE_EXHAUSTED);
  calls[0]!.emit("cancelled");
  await new Promise(setImmediate);
  const next = callOf({ room: 1 });
  next.on("error", assert.fail);
  void handler(next.asGrpc);
  await new Promise(setImmediate);
  assert.equal(next.isEnded, false);
});

test("a bad request is the caller's, and a fault is reported", async () => {
  const reported: unknown[] = [];
  const fail = async (error: Error) => {
    const handler = serverStream<string, number>({ report: (fault) => reported.push(fault) }, () =>
      Promise.reject(error),
    );
    const call = callOf({ room: 1 });
    const failed = once(call, "error").catch((reason) => [reason]);
    void handler(call.asGrpc);
    return (await failed)[0] as { code: number };
  };
  const bad = new Failure("bad_request", "k is 0", { field: "k" });
  assert.equal((await fail(bad)).code, status.INVALID_ARGUMENT);
  assert.deepEqual(reported, []);
  assert.equal((await fail(new Error("disk"))).code, status.INTERNAL);
  assert.equal(reported.length, 1);
});

function unexpected(error: unknown): void {
  assert.fail(String(error));
}

/** A call whose buffer takes `room` replies before it is full. */
function callOf({ room }: { room: number }) {
  const emitter = new EventEmitter();
  const call = Object.assign(emitter, {
    request: "",
    written: [] as number[],
    isEnded: false,
    write(reply: number): boolean {
      call.written.push(reply);
      return call.written.length <= room;
    },
    end() {
      call.isEnded = true;
    },
  });
  const asGrpc = call as unknown as ServerWritableStream<string, number>;
  return Object.assign(call, { asGrpc });
}
