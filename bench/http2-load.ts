import { type ClientHttp2Session, connect, constants } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { requireThat } from "./did-not-happen.ts";

/** gRPC calls over bare HTTP/2, so that what is measured is the server and not a client library:
 *  each connection is one session, each message is sent as it was encoded. */
export interface Http2Load {
  /** Keeps one call under way on each connection, for `seconds`. */
  closedLoop(seconds: number): Promise<LoadResult>;
  /** Begins `rate` calls a second, evenly, for `seconds`, whether or not others have ended.
   *  Latencies are from when a call was to begin. */
  openLoop(rate: number, seconds: number): Promise<LoadResult>;
  close(): void;
}

export interface LoadResult {
  readonly seconds: number;
  /** Of calls that ended well. */
  readonly latenciesMs: readonly number[];
  readonly errors: number;
}

export interface LoadOptions {
  readonly port: number;
  /** "/package.Service/Method" */
  readonly path: string;
  /** Encoded messages, sent in turn. */
  readonly messages: readonly Uint8Array[];
  readonly connections: number;
  /** What each call's caller waits for; without it they wait for ever. */
  readonly deadlineMs?: number;
  /** Shown the message of every reply. */
  readonly look?: (message: Uint8Array) => void;
}

/** Calls that may be under way in an open loop before the rest counts as errors: far more than any
 *  server here answers in a second. */
const UNDER_WAY_MAX = 5_000;
const TICK_MS = 1;

export function openHttp2Load(options: LoadOptions): Http2Load {
  const { port, messages, connections } = options;
  const sessions = Array.from({ length: connections }, () => connect(`http://127.0.0.1:${port}`));
  const frames = messages.map(framed);
  let asked = 0;
  const ask = () => {
    const session = sessions[asked % connections]!;
    return call(session, options, frames[asked++ % frames.length]!);
  };

  async function closedLoop(seconds: number): Promise<LoadResult> {
    const latenciesMs: number[] = [];
    let errors = 0;
    const startedMs = performance.now();
    const endsMs = startedMs + seconds * 1000;
    const lane = async (session: ClientHttp2Session): Promise<void> => {
      for (let sentMs = startedMs; sentMs < endsMs; sentMs = performance.now()) {
        if (await call(session, options, frames[asked++ % frames.length]!)) {
          latenciesMs.push(performance.now() - sentMs);
        } else {
          errors++;
        }
      }
    };
    await Promise.all(sessions.map(lane));
    return { seconds: (performance.now() - startedMs) / 1000, latenciesMs, errors };
  }

  async function openLoop(rate: number, seconds: number): Promise<LoadResult> {
    const latenciesMs: number[] = [];
    const underWay = new Set<Promise<void>>();
    let errors = 0;
    const startedMs = performance.now();
    const count = Math.floor(rate * seconds);
    for (let begun = 0; begun < count; ) {
      const dueMs = startedMs + (begun * 1000) / rate;
      if (performance.now() < dueMs) {
        await sleep(TICK_MS);
        continue;
      }
      begun++;
      if (underWay.size >= UNDER_WAY_MAX) {
        errors++;
        continue;
      }
      const ended = ask().then((isGood) => {
        if (isGood) latenciesMs.push(performance.now() - dueMs);
        else errors++;
        underWay.delete(ended);
      });
      underWay.add(ended);
    }
    await Promise.all(underWay);
    return { seconds: (performance.now() - startedMs) / 1000, latenciesMs, errors };
  }

  return {
    closedLoop,
    openLoop,
    close() {
      for (const session of sessions) session.close();
    },
  };
}

/** Before a message: whether it is compressed, and its length. */
const FRAME_HEAD_BYTES = 5;

/** A gRPC message on the wire: not compressed, its length, its bytes. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, FRAME_HEAD_BYTES);
  return frame;
}

/** Whether the call ended with a reply and status 0. */
function call(
  session: ClientHttp2Session,
  { path, deadlineMs, look }: LoadOptions,
  frame: Buffer,
): Promise<boolean> {
  return new Promise((resolve) => {
    let bytes = 0;
    let isGood = false;
    const chunks: Buffer[] = [];
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: path,
      "content-type": "application/grpc",
      te: "trailers",
      ...(deadlineMs !== undefined && { "grpc-timeout": `${deadlineMs}m` }),
    });
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (look !== undefined) chunks.push(chunk);
    });
    stream.on("trailers", (trailers) => {
      isGood = Number(trailers["grpc-status"]) === 0;
    });
    // What an error says of the stream, its end says, too: no trailers came.
    stream.on("error", () => {
      isGood = false;
    });
    stream.on("close", () => {
      if (isGood) look?.(Buffer.concat(chunks).subarray(FRAME_HEAD_BYTES));
      resolve(isGood && bytes > 0);
    });
    stream.end(frame);
  });
}

/** Throws `DidNotHappen` where calls failed that should not. */
export function requireNoErrors({ errors, latenciesMs }: LoadResult): void {
  const calls = errors + latenciesMs.length;
  requireThat(errors === 0, `${errors} of ${calls} calls failed`);
}
