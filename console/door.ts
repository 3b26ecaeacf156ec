import type { RequestListener } from "node:http";
import {
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import { ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { statusOf } from "../scorer/statuses.ts";
import { serviceContract } from "./contracts.ts";
import { CONSOLE_LIMITS } from "./limits.ts";

/** One service's calls, as the bytes of its messages. */
export interface ServiceCalls {
  /** Throws a `Failure`, or a `ConnectError` with a status of its own. */
  unary(method: DescMethod, request: Uint8Array, caller: DoorCaller): Promise<Uint8Array>;
  /** Absent where the service's streams are for gRPC alone. */
  stream?(method: DescMethod, request: Uint8Array, caller: DoorCaller): AsyncIterable<Uint8Array>;
}

/** What is known of who waits for an answer. */
export interface DoorCaller {
  readonly headers: Headers;
  /** Undefined where the caller waits as long as it takes. */
  readonly leftMs: number | undefined;
  /** Raised when the caller has gone. */
  readonly signal: AbortSignal;
}

/** JSON over HTTP for gRPC services, by the Connect protocol: `POST /SERVICE/METHOD` with the
 *  request as JSON. Methods that take a stream are not offered, since HTTP/1.1 cannot carry them.
 *  Fields that a contract does not know are refused by name. */
export function jsonDoor(services: ReadonlyMap<string, ServiceCalls>): RequestListener {
  const handler = connectNodeAdapter({
    grpc: false,
    grpcWeb: false,
    readMaxBytes: CONSOLE_LIMITS.requestBytesMax,
    maxTimeoutMs: CONSOLE_LIMITS.callMs,
    jsonOptions: { ignoreUnknownFields: false, alwaysEmitImplicit: true },
    routes(router) {
      for (const [name, calls] of services) {
        for (const method of serviceContract(name).methods) addRoute(router, method, calls);
      }
    },
  });
  return (request, response) => handler(request, response);
}

function addRoute(router: ConnectRouter, method: DescMethod, calls: ServiceCalls): void {
  if (method.methodKind === "unary") {
    router.rpc(method as DescMethodUnary, async (request, context) => {
      const bytes = toBinary(method.input, request);
      try {
        return fromBinary(method.output, await calls.unary(method, bytes, callerOf(context)));
      } catch (error) {
        throw refusal(error);
      }
    });
  } else if (method.methodKind === "server_streaming" && calls.stream !== undefined) {
    const stream = calls.stream;
    router.rpc(method as DescMethodServerStreaming, async function* (request, context) {
      const bytes = toBinary(method.input, request);
      try {
        for await (const reply of stream(method, bytes, callerOf(context))) {
          yield fromBinary(method.output, reply);
        }
      } catch (error) {
        throw refusal(error);
      }
    });
  }
}

function callerOf(context: HandlerContext): DoorCaller {
  const { requestHeader: headers, signal } = context;
  return { headers, signal, leftMs: context.timeoutMs() };
}

/** Connect's codes have gRPC's numbers. */
function refusal(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const { code, details, metadata } = statusOf(error);
  return new ConnectError(details ?? "", code as number, headersOf(metadata?.getMap() ?? {}));
}

function headersOf(metadata: Readonly<Record<string, unknown>>): Headers {
  return new Headers(Object.entries(metadata).map(([name, value]) => [name, String(value)]));
}
