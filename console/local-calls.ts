import type { ServiceDefinition } from "@grpc/grpc-js";
import { assert } from "../core/domain/failure.ts";
import type { DoorCaller, ServiceCalls } from "./door.ts";

/** One method of a service that this process answers itself: a reply, or a stream of them. */
type Handler = (request: never, caller: DoorCaller) => unknown;

/** Calls of `handlers`, each named as the generated definition names its method. */
export function localCalls(
  definition: ServiceDefinition,
  handlers: Readonly<Record<string, Handler>>,
): ServiceCalls {
  const methodOf = (name: string) => {
    const [method, handler] = [definition[name], handlers[name]];
    assert(method !== undefined && handler !== undefined, `the console answers ${name}`);
    return {
      answer: (bytes: Uint8Array, caller: DoorCaller) =>
        handler(method.requestDeserialize(Buffer.from(bytes)) as never, caller),
      encode: (reply: unknown) => method.responseSerialize(reply),
    };
  };
  return {
    async unary({ localName }, bytes, caller) {
      const { answer, encode } = methodOf(localName);
      return encode(await answer(bytes, caller));
    },
    async *stream({ localName }, bytes, caller) {
      const { answer, encode } = methodOf(localName);
      for await (const reply of answer(bytes, caller) as AsyncIterable<unknown>) {
        yield encode(reply);
      }
    },
  };
}
