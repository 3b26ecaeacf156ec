import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerHttp2Stream } from "node:http2";

const CLOSED = "http2.server.stream.close";

/** Takes from each HTTP/2 stream of this process that has closed what listens to it: all that gRPC
 *  knows of its call. Node's own half of a stream is held until old objects are collected, whatever
 *  its age, and would keep some 10 KB more of each call that long. Returns what ends this. */
export function freeClosedStreams(): () => void {
  const closed = (message: unknown) => {
    const { stream } = message as { readonly stream: ServerHttp2Stream };
    stream.once("close", () => void stream.removeAllListeners());
  };
  subscribe(CLOSED, closed);
  return () => void unsubscribe(CLOSED, closed);
}
