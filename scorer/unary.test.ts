import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ServerUnaryCall, type ServiceError, status } from "@grpc/grpc-js";
import { Failure } from "../core/domain/failure.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { unary } from "./unary.ts";

test("a call that nobody waits for any more is dropped before any work", async () => {
  const spent = { deadline: new Date(Date.now() - 1), cancelled: false };
  const gone = { deadline: Number.POSITIVE_INFINITY, cancelled: true };
  assert.equal(await codeOf(spent), status.DEADLINE_EXCEEDED);
  assert.equal(await codeOf(gone), status.CANCELLED);
});

test("a call that nobody waits for when it has its turn is dropped before any work", async () => {
  const deadline = new Date(Date.now() + 20);
  const passes = async () => {
    while (Date.now() < deadline.getTime()) await sleep(1);
  };
  assert.equal(await codeOf({ deadline }, { beforeTurn: passes }), status.DEADLINE_EXCEEDED);
  const leaves = (call: EventEmitter) => call.emit("cancelled");
  assert.equal(await codeOf({}, { beforeTurn: leaves }), status.CANCELLED);
});

test("a call too many is refused at once, and the place is free again afterwards", async () => {
  const calls = createAdmission();
  const ends = Array.from({ length: SERVER_LIMITS.callsUnderWayMax }, () => calls.begin());
  assert.equal(await codeOf({}, { calls }), status.RESOURCE_EXHAUSTED);
  ends[0]!();
  assert.equal(await codeOf({}, { calls, serve: async () => "reply" }), undefined);
  assert.equal(calls.underWay, SERVER_LIMITS.callsUnderWayMax - 1);
});

test("an unforeseen error becomes INTERNAL without its words, and is reported", async () => {
  const reported: unknown[] = [];
  const error = new Error("listener ada");
  const answer = await answerOf({}, { report: (found) => reported.push(found), error });
  assert.equal(answer?.code, status.INTERNAL);
  assert.equal(answer?.details, "the scorer failed");
  assert.deepEqual(reported, [error]);
});

test("a failure's code decides the status; the caller's faults are not reported", async () => {
  const reported: unknown[] = [];
  const report = (found: unknown) => reported.push(found);
  const bad = new Failure("bad_request", "k is 0", { field: "k" });
  const answer = await answerOf({}, { report, error: bad });
  assert.equal(answer?.code, status.INVALID_ARGUMENT);
  assert.deepEqual(answer?.metadata?.get("segue-field"), ["k"]);
  const away = new Failure("store_unavailable", "gone");
  assert.equal(await codeOf({}, { report, error: away }), status.UNAVAILABLE);
  assert.deepEqual(reported, [away]);
});

interface CallState {
  readonly deadline?: Date | number;
  readonly cancelled?: boolean;
}

interface Handler {
  readonly calls?: Admission;
  readonly report?: (error: unknown) => void;
  readonly error?: unknown;
  readonly serve?: () => Promise<string>;
  /** What happens while the call waits for its turn. */
  readonly beforeTurn?: (call: EventEmitter) => unknown;
}

async function codeOf(state: CallState, handler?: Handler): Promise<status | undefined> {
  return (await answerOf(state, handler))?.code;
}

/** The error that a call gets, null for a reply. By itself the handler fails the test when it
 *  runs. */
async function answerOf(
  { deadline = Number.POSITIVE_INFINITY, cancelled = false }: CallState,
  { calls = createAdmission(), report = () => {}, error, serve, beforeTurn }: Handler = {},
): Promise<Partial<ServiceError> | null> {
  const call = Object.assign(new EventEmitter(), {
    request: "request",
    cancelled,
    getDeadline: () => deadline,
  });
  const fail = () => Promise.reject(error ?? new Error("the handler must not run"));
  return new Promise((resolve) => {
    const turn = async () => {
      await beforeTurn?.(call);
      await calls.turn();
    };
    const handle = unary<string, string>({ ...calls, turn }, report, serve ?? fail);
    const answered = (answer: unknown) => resolve(answer as Partial<ServiceError> | null);
    handle(call as unknown as ServerUnaryCall<string, string>, (answer) => {
      // The place is given back when the handler returns, which is after this.
      setImmediate(answered, answer);
    });
  });
}
