import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { RecommenderService } from "../proto/gen/segue/v1/recommender.ts";
import { observedService, type ServedCall } from "./observed-service.ts";

type Call = (call: unknown, done: (error: unknown, value?: unknown) => void) => void;

/** One observed method, and what was observed of it so far. */
function observed(handler: Call, responseStream = false) {
  const seen: (ServedCall & { readonly method: string })[] = [];
  const clock = [100, 350];
  const definition = { nextTracks: { ...RecommenderService.nextTracks, responseStream } };
  const { implementation } = observedService(
    { definition, implementation: { nextTracks: handler as never } },
    (method) => (call) => seen.push({ method, ...call }),
    () => clock.shift()!,
  );
  return { call: implementation.nextTracks as unknown as Call, seen };
}

test("a call is observed by method, status and duration, and answered unchanged", () => {
  const { call, seen } = observed((_, done) => done(null, "a list"));
  const answers: unknown[] = [];
  call({}, (error, value) => answers.push([error, value]));
  assert.deepEqual(answers, [[null, "a list"]]);
  assert.deepEqual(seen, [{ method: "NextTracks", code: "OK", seconds: 0.25 }]);
});

test("a refusal is observed by its status, an error of no status as UNKNOWN", () => {
  const refusal = { code: status.INVALID_ARGUMENT, details: "k: is 0" };
  for (const [error, code] of [
    [refusal, "INVALID_ARGUMENT"],
    [new Error("a bug"), "UNKNOWN"],
  ] as const) {
    const { call, seen } = observed((_, done) => done(error));
    call({}, (answer) => assert.equal(answer, error));
    assert.deepEqual(seen, [{ method: "NextTracks", code, seconds: 0.25 }]);
  }
});

test("a stream ends once, be it finished or its caller gone", () => {
  for (const [event, code] of [
    ["finish", "OK"],
    ["cancelled", "CANCELLED"],
  ] as const) {
    const stream = new EventEmitter();
    const { call, seen } = observed(() => undefined, true);
    call(stream, () => assert.fail("a stream has no callback"));
    stream.emit(event);
    stream.emit("finish");
    assert.deepEqual(seen, [{ method: "NextTracks", code, seconds: 0.25 }]);
  }
});
