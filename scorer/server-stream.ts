import { type handleServerStreamingCall, status } from "@grpc/grpc-js";
import { Failure } from "../core/domain/failure.ts";
import { FOLLOW_LIMITS } from "./limits.ts";
import { plainStatus, statusOf } from "./statuses.ts";
import { EXPECTED, type PassedHeaders, passedHeaders } from "./unary.ts";

/** Who reads a stream. */
export interface StreamReader<Reply> {
  /** Resolves when the reader has room for the next one. */
  send(reply: Reply): Promise<void>;
  /** Raised when the reader has gone, and when the server ends. */
  readonly signal: AbortSignal;
  /** As a unary call's. */
  readonly headers?: () => PassedHeaders;
}

export interface StreamParts {
  /** Told of what is not the caller's fault. */
  readonly report: (error: unknown) => void;
  /** Raised when the server ends: streams end then, as if nothing more came. */
  readonly stopping?: AbortSignal | undefined;
}

/** A gRPC handler that answers with a stream, as long as `serve` runs. More streams than the server
 *  bears are refused at once. */
export function serverStream<Request, Reply>(
  { report, stopping }: StreamParts,
  serve: (request: Request, reader: StreamReader<Reply>) => Promise<unknown>,
): handleServerStreamingCall<Request, Reply> {
  let open = 0;
  return async (call) => {
    if (open >= FOLLOW_LIMITS.streamsMax) {
      call.emit("error", plainStatus(status.RESOURCE_EXHAUSTED, "too many streams are open"));
      return;
    }
    const gone = new AbortController();
    call.once("cancelled", () => gone.abort());
    const signal = stopping ? AbortSignal.any([gone.signal, stopping]) : gone.signal;
    open += 1;
    try {
      const request: Request | Failure = call.request;
      if (request instanceof Failure) throw request;
      const headers = () => passedHeaders(call.metadata);
      const send = (reply: Reply) => written(call, reply, signal);
      await serve(request, { signal, send, headers });
      call.end();
    } catch (error) {
      if (gone.signal.aborted) return;
      if (signal.aborted) {
        call.end();
        return;
      }
      const answer = statusOf(error);
      if (!EXPECTED.has(answer.code)) report(error);
      call.emit("error", answer);
    } finally {
      open -= 1;
    }
  };
}

/** HTTP/2's own flow control says when there is room. */
async function written<Reply>(
  call: Parameters<handleServerStreamingCall<unknown, Reply>>[0],
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  if (call.write(reply)) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = () => reject(signal.reason);
  call.once("drain", resolve);
  signal.addEventListener("abort", leave, { once: true });
  try {
    await promise;
  } finally {
    call.off("drain", resolve);
    signal.removeEventListener("abort", leave);
  }
}
