import { type Metadata, status, type UntypedHandleCall } from "@grpc/grpc-js";
import type { ServedService } from "./serve.ts";

/** How a call ended. */
export interface ServedCall {
  /** The gRPC status by name, as `OK`. */
  readonly code: string;
  /** From its arrival at its handler to its answer. */
  readonly seconds: number;
}

/** Told when a call comes, with the name of its method and its headers, where it has some; what it
 *  returns is told how the call ended, and with what reply where it was one message. */
export type CallObserver = (
  method: string,
  headers?: Metadata,
) => (call: ServedCall, reply?: unknown) => void;

/** The service, but that `observe` is told of every call. `nowMs` is a clock that only goes
 *  forwards. */
export function observedService(
  { definition, implementation }: ServedService,
  observe: CallObserver,
  nowMs: () => number,
): ServedService {
  const observed = Object.entries(implementation).map(([name, handler]) => {
    const method = definition[name];
    if (method === undefined) return [name, handler] as const;
    const methodName = method.path.slice(method.path.lastIndexOf("/") + 1);
    const started: Started = ({ metadata }) => {
      const end = observe(methodName, metadata);
      const startedAtMs = nowMs();
      return (code, reply) => end({ code, seconds: (nowMs() - startedAtMs) / 1000 }, reply);
    };
    const watch = method.responseStream ? observedStream : observedUnary;
    return [name, watch(handler as Handler, started)] as const;
  });
  return { definition, implementation: Object.fromEntries(observed) };
}

type Ended = (code: string, reply?: unknown) => void;
type Started = (call: Emitter) => Ended;
/** The shape that all four kinds of handlers share, as far as it matters here. */
type Handler = (call: Emitter, done: (error: unknown, ...rest: unknown[]) => void) => unknown;
interface Emitter {
  readonly metadata?: Metadata;
  once(event: string, listener: (detail?: unknown) => void): unknown;
}

/** A method that answers once, whether its request is one message or many. */
function observedUnary(handler: Handler, started: Started): UntypedHandleCall {
  const observed: Handler = (call, done) => {
    const end = started(call);
    return handler(call, (error, ...rest) => {
      end(codeOf(error), rest[0]);
      done(error, ...rest);
    });
  };
  return observed as UntypedHandleCall;
}

/** A method that answers with a stream: it ends when the stream is finished, or its caller gone. */
function observedStream(handler: Handler, started: Started): UntypedHandleCall {
  const observed: Handler = (call, done) => {
    const end = started(call);
    let isOpen = true;
    const endOnce = (code: string) => {
      if (isOpen) end(code);
      isOpen = false;
    };
    call.once("finish", () => endOnce("OK"));
    call.once("cancelled", () => endOnce("CANCELLED"));
    call.once("error", (error) => endOnce(codeOf(error)));
    return handler(call, done);
  };
  return observed as UntypedHandleCall;
}

function codeOf(error: unknown): string {
  if (error === null || error === undefined) return "OK";
  const code = (error as { readonly code?: unknown }).code;
  return (typeof code === "number" ? status[code] : undefined) ?? "UNKNOWN";
}
