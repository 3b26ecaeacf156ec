/** HTTP/2 frames by hand (RFC 9113), right and wrong, for clients that mean harm. */
export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, window: 8 } as const;
export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export interface FrameHead {
  readonly type: number;
  readonly flags?: number;
  readonly stream?: number;
}

export function frame({ type, flags = 0, stream = 0 }: FrameHead, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The preface and SETTINGS of `[identifier, value]` pairs. */
export function greeting(settings: readonly (readonly [number, number])[] = []): Buffer {
  const payload = Buffer.alloc(6 * settings.length);
  for (const [at, [identifier, value]] of settings.entries()) {
    payload.writeUInt16BE(identifier, 6 * at);
    payload.writeUInt32BE(value, 6 * at + 2);
  }
  return Buffer.concat([PREFACE, frame({ type: FRAME.settings }, payload)]);
}

/** HEADERS of a gRPC call, uncompressed. */
export function callHeaders(stream: number, path: string, more: Record<string, string> = {}) {
  const headers = {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": "localhost",
    te: "trailers",
    "content-type": "application/grpc",
    ...more,
  };
  const fields = Object.entries(headers).flatMap(([name, value]) => [
    // A literal field that no table shall remember.
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  return frame({ type: FRAME.headers, flags: END_HEADERS, stream }, Buffer.concat(fields));
}

/** DATA with one message of gRPC, the last of its stream. */
export function callMessage(stream: number, message: Uint8Array, isCompressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isCompressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  const payload = Buffer.concat([head, message]);
  return frame({ type: FRAME.data, flags: END_STREAM, stream }, payload);
}

/** Takes what a connection says, piece by piece, and returns the heads of the frames that are whole
 *  since. */
export function frameReader(): (bytes: Buffer) => Required<FrameHead>[] {
  let left: Buffer = Buffer.alloc(0);
  return (bytes) => {
    left = Buffer.concat([left, bytes]);
    const heads: Required<FrameHead>[] = [];
    while (left.length >= 9 && left.length >= 9 + left.readUIntBE(0, 3)) {
      const [type, flags, stream] = [left.readUInt8(3), left.readUInt8(4), left.readUInt32BE(5)];
      heads.push({ type, flags, stream });
      left = left.subarray(9 + left.readUIntBE(0, 3));
    }
    return heads;
  };
}
