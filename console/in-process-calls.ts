import { EventEmitter } from "node:events";
import { Code, ConnectError } from "@connectrpc/connect";
import { Metadata, type ServiceError, type UntypedHandleCall } from "@grpc/grpc-js";
import { assert } from "../core/domain/failure.ts";
import type { ServedService } from "../scorer/serve.ts";
import type { DoorCaller, ServiceCalls } from "./door.ts";

/** Calls the handlers of a gRPC service of this process, as its server would: they see a deadline,
 *  and whether the caller has gone. Methods that answer with a stream are for gRPC alone. */
export function inProcessCalls({ definition, implementation }: ServedService): ServiceCalls {
  return {
    unary: ({ localName }, bytes, caller) =>
      new Promise((resolve, reject) => {
        const [method, handler] = [definition[localName], implementation[localName]];
        assert(method !== undefined && handler !== undefined, `the service has ${localName}`);
        const request = method.requestDeserialize(Buffer.from(bytes));
        (handler as Handler)(callOf(request, caller), (error, reply) => {
          if (error) reject(refusalOf(error));
          else resolve(method.responseSerialize(reply));
        });
      }),
  };
}

type Handler = UntypedHandleCall &
  ((call: unknown, done: (error: Partial<ServiceError> | null, reply: unknown) => void) => void);

/** What a handler of one message looks at. */
function callOf(request: unknown, { leftMs, signal, headers }: DoorCaller) {
  const metadata = new Metadata();
  const traceparent = headers.get("traceparent");
  if (traceparent !== null) metadata.set("traceparent", traceparent);
  const call = Object.assign(new EventEmitter(), {
    request,
    cancelled: signal.aborted,
    metadata,
    getDeadline: () => (leftMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + leftMs),
  });
  const gone = () => {
    call.cancelled = true;
    call.emit("cancelled");
  };
  signal.addEventListener("abort", gone, { once: true });
  return call;
}

/** gRPC's status with what it says of the field at fault. */
function refusalOf({ details, code, metadata }: Partial<ServiceError>): ConnectError {
  const said = Object.entries(metadata?.getMap() ?? {});
  const headers = new Headers(said.map(([name, value]) => [name, String(value)]));
  return new ConnectError(details ?? "", (code as number | undefined) ?? Code.Unknown, headers);
}
