import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { constants, type ServerHttp2Stream } from "node:http2";

export interface UnreadLimits {
  /** A stream of which nothing was taken for so long, though something waits, is reset. */
  readonly unreadMs: number;
  readonly unreadSweepMs: number;
}

interface Waiting {
  /** Bytes that its reader has made no room for. */
  readonly bytes: number;
  readonly sinceMs: number;
}

const CREATED = "http2.server.stream.created";
const CLOSED = "http2.server.stream.close";

/** Resets those HTTP/2 streams of this process that nobody reads, so that what waits in them is
 *  given up long before their connection ends; gRPC's keepalive does not see them, since pings are
 *  answered whatever is read. Streams are heard of from Node itself: gRPC shows its handlers none.
 *  `nowMs` is a clock that never jumps. Returns what ends the watch. */
export function endUnreadStreams(limits: UnreadLimits, nowMs: () => number): () => void {
  const streams = new Map<ServerHttp2Stream, Waiting | undefined>();
  const created = (message: unknown) => streams.set(streamOf(message), undefined);
  const closed = (message: unknown) => streams.delete(streamOf(message));
  subscribe(CREATED, created);
  subscribe(CLOSED, closed);
  const sweeping = setInterval(() => {
    const atMs = nowMs();
    for (const [stream, before] of streams) {
      const waiting = waitingOf(stream, before, atMs);
      streams.set(stream, waiting);
      if (waiting === undefined || atMs - waiting.sinceMs < limits.unreadMs) continue;
      stream.close(constants.NGHTTP2_CANCEL);
    }
  }, limits.unreadSweepMs);
  sweeping.unref();
  return () => {
    clearInterval(sweeping);
    unsubscribe(CREATED, created);
    unsubscribe(CLOSED, closed);
  };
}

/** What waits in a stream, and since when nothing of it was taken. More that is written to it
 *  meanwhile is no sign of a reader. */
function waitingOf(
  { writableLength: bytes }: ServerHttp2Stream,
  before: Waiting | undefined,
  atMs: number,
): Waiting | undefined {
  if (bytes === 0) return undefined;
  if (before === undefined || bytes < before.bytes) return { bytes, sinceMs: atMs };
  return { bytes, sinceMs: before.sinceMs };
}

function streamOf(message: unknown): ServerHttp2Stream {
  return (message as { readonly stream: ServerHttp2Stream }).stream;
}
