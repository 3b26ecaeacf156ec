import { type ClientHttp2Session, connect, constants } from "node:http2";
import { Failure } from "../../core/domain/failure.ts";

/** Unary gRPC calls over bare HTTP/2. What is measured is then the server: a gRPC library of Node
 *  adds a fifth of a millisecond to each call by itself. A message is sent as it was encoded, and a
 *  reply is not decoded. */
export interface Http2Calls {
  /** Sends a framed message over the next connection in turn. Resolves with whether the call ended
   *  with a reply and status 0; never rejects. */
  ask(path: string, frame: Buffer): Promise<boolean>;
  close(): void;
}

const CALL_MS = 10_000;

/** Opens so many connections to `address` (HOST:PORT). A connection that ends is opened anew with
 *  its next call. Rejects with `dependency_missing` where none is open after `readyMs`. */
export async function openHttp2Calls(
  address: string,
  { connections, readyMs }: { readonly connections: number; readonly readyMs: number },
): Promise<Http2Calls> {
  const sessions = Array.from({ length: connections }, () => openSession(address));
  const close = () => {
    for (const session of sessions) session.close();
  };
  try {
    await Promise.all(sessions.map((session) => opened(session, address, readyMs)));
  } catch (failure) {
    for (const session of sessions) session.destroy();
    throw failure;
  }
  let asked = 0;
  return {
    ask(path, frame) {
      const turn = asked++ % connections;
      const { closed, destroyed } = sessions[turn]!;
      if (closed || destroyed) sessions[turn] = openSession(address);
      return callOn(sessions[turn]!, { path }, frame);
    },
    close,
  };
}

/** Before a message: whether it is compressed, and its length. */
const FRAME_HEAD_BYTES = 5;

/** A gRPC message on the wire: not compressed, its length, its bytes. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, FRAME_HEAD_BYTES);
  return frame;
}

export interface CallOptions {
  /** "/package.Service/Method" */
  readonly path: string;
  /** What the server is told that its caller waits for; nothing without it. */
  readonly deadlineMs?: number;
  /** Shown the message of every reply. */
  readonly look?: (message: Uint8Array) => void;
  /** Told the status of every call that the server refused. */
  readonly refused?: (status: number) => void;
}

/** Whether the call ended with a reply and status 0. */
export function callOn(
  session: ClientHttp2Session,
  { path, deadlineMs, look, refused }: CallOptions,
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
    // A reply without a message has its status before it, and no trailers.
    stream.on("response", ({ "grpc-status": status }) => {
      if (status !== undefined && Number(status) !== 0) refused?.(Number(status));
    });
    // With these the call has ended; the stream's own end is some turns of the event loop later.
    stream.on("trailers", (trailers) => {
      const status = Number(trailers["grpc-status"]);
      isGood = status === 0 && bytes > 0;
      if (status !== 0) refused?.(status);
      if (isGood) look?.(Buffer.concat(chunks).subarray(FRAME_HEAD_BYTES));
      resolve(isGood);
    });
    // What an error says of the stream, its end says, too: no trailers came.
    stream.on("error", () => {
      isGood = false;
    });
    stream.on("close", () => {
      resolve(isGood);
      // Node holds on to a stream until old objects are collected: no longer to what it knows of.
      stream.removeAllListeners();
    });
    stream.end(frame);
    stream.setTimeout(CALL_MS, () => stream.close(constants.NGHTTP2_CANCEL));
  });
}

function openSession(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`);
  // Whoever waits for a call on it hears of it by that call.
  session.on("error", () => session.destroy());
  return session;
}

function opened(session: ClientHttp2Session, address: string, readyMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      clearTimeout(timer);
      const message = `no scorer answers at ${address}: ${why}`;
      reject(new Failure("dependency_missing", message, { field: "--to", cause }));
    };
    const timer = setTimeout(() => fail(`silent for ${readyMs} ms`), readyMs);
    session.once("error", (cause: Error) => fail(cause.message, cause));
    session.once("remoteSettings", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
