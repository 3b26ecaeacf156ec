import {
  type handleUnaryCall,
  type Metadata,
  type MethodDefinition,
  type ServerUnaryCall,
  type ServiceDefinition,
  status,
} from "@grpc/grpc-js";
import { Failure } from "../core/domain/failure.ts";
import type { Admission } from "./admission.ts";
import type { Hurry } from "./recommendation.ts";
import { plainStatus, refusedFor, statusOf } from "./statuses.ts";

/** What a caller is still waiting for. */
export interface Caller {
  /** Milliseconds until the deadline; infinite where there is none. */
  readonly leftMs: number;
  /** What its list has to go without. */
  readonly hurry: Hurry;
  /** Raised when the caller has gone. */
  readonly signal: AbortSignal;
  /** What another host shall be told of the call just the same. */
  readonly headers?: () => PassedHeaders;
}

/** A gRPC handler of `serve`. A call whose deadline has passed when it comes or when it has its
 *  turn, that was cancelled by then, or that comes while too many are under way is dropped before
 *  `serve`. `report` gets what is not the caller's fault. */
export function unary<Request, Reply>(
  calls: Admission,
  report: (error: unknown) => void,
  serve: (request: Request, caller: Caller) => Promise<Reply>,
): handleUnaryCall<Request, Reply> {
  return async (call, done) => {
    const deadlineMs = deadlineOf(call);
    const leftAtFirstMs = deadlineMs - Date.now();
    if (call.cancelled) return done(callerGone());
    if (leftAtFirstMs <= 0) return done(deadlinePassed());
    const pushbackMs = calls.refusal(leftAtFirstMs);
    if (pushbackMs !== undefined) return done(refusedFor(pushbackMs));
    const hurry = calls.hurry(leftAtFirstMs);
    const gone = new AbortController();
    const leave = () => gone.abort();
    call.once("cancelled", leave);
    const end = calls.begin();
    try {
      const request: Request | Failure = call.request;
      if (request instanceof Failure) throw request;
      await calls.turn();
      gone.signal.throwIfAborted();
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0) return done(deadlinePassed());
      const headers = () => passedHeaders(call.metadata);
      done(null, await serve(request, { leftMs, hurry, signal: gone.signal, headers }));
    } catch (error) {
      if (gone.signal.aborted) return done(callerGone());
      const answer = statusOf(error);
      if (!EXPECTED.has(answer.code)) report(error);
      done(answer);
    } finally {
      // grpc-js tells of every call's end as of a cancellation, and raising a signal is dear.
      call.off("cancelled", leave);
      end();
    }
  };
}

function callerGone() {
  return plainStatus(status.CANCELLED, "the caller has gone");
}

function deadlinePassed() {
  return plainStatus(status.DEADLINE_EXCEEDED, "the deadline has passed");
}

/** What is the caller's fault, and what another host asks on for. */
export const EXPECTED: ReadonlySet<status> = new Set([status.INVALID_ARGUMENT, status.ABORTED]);

/** Headers of a call that go with it to another host, by name. */
export type PassedHeaders = Readonly<Record<string, string>>;

/** Who calls, and the trace that the call is part of. */
const PASSED_HEADERS = ["authorization", "traceparent", "tracestate"];

export function passedHeaders(metadata: Metadata | undefined): PassedHeaders {
  const found = PASSED_HEADERS.flatMap((name) => {
    const [value] = metadata?.get(name) ?? [];
    return value === undefined ? [] : [[name, value.toString()] as const];
  });
  return Object.fromEntries(found);
}

/** The service, but that a request which cannot be decoded reaches `unary` as a `Failure`:
 *  gRPC's own answer would blame the server. */
export function refusingMalformed(service: ServiceDefinition): ServiceDefinition {
  const entries = Object.entries(service).map(
    ([name, method]) => [name, refusingMalformedMethod(method)] as const,
  );
  return Object.fromEntries(entries);
}

function refusingMalformedMethod(
  method: MethodDefinition<unknown, unknown>,
): MethodDefinition<unknown, unknown> {
  const requestDeserialize = (bytes: Buffer): unknown => {
    try {
      return method.requestDeserialize(bytes);
    } catch (error) {
      const problem = `the request cannot be decoded: ${(error as Error).message}`;
      return new Failure("bad_request", problem, { cause: error });
    }
  };
  return { ...method, requestDeserialize };
}

/** gRPC's deadlines are times of this machine's clock, whatever clock the scorer was given. */
function deadlineOf(call: ServerUnaryCall<unknown, unknown>): number {
  const deadline = call.getDeadline();
  return deadline instanceof Date ? deadline.getTime() : deadline;
}
