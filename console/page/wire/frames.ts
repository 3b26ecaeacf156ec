/** One message of a Connect stream: a byte of flags, its length (u32, big-endian), and so many
 *  bytes of JSON; see the streaming part of the Connect protocol's reference. */
export interface Frame {
  readonly text: string;
  /** The stream's last frame says how it ended. */
  readonly isLast: boolean;
}

const HEAD_BYTES = 5;
const LAST_FLAG = 2;

export function frameOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const frame = new Uint8Array(HEAD_BYTES + bytes.length);
  new DataView(frame.buffer).setUint32(1, bytes.length);
  frame.set(bytes, HEAD_BYTES);
  return frame;
}

/** Takes a stream's bytes however they are cut, and gives the frames that are whole. */
export function createFrameReader(): (bytes: Uint8Array) => Frame[] {
  let held = new Uint8Array();
  return (bytes) => {
    const joined = new Uint8Array(held.length + bytes.length);
    joined.set(held);
    joined.set(bytes, held.length);
    const frames: Frame[] = [];
    let from = 0;
    while (joined.length - from >= HEAD_BYTES) {
      const length = new DataView(joined.buffer).getUint32(from + 1);
      const end = from + HEAD_BYTES + length;
      if (joined.length < end) break;
      const text = new TextDecoder().decode(joined.subarray(from + HEAD_BYTES, end));
      frames.push({ text, isLast: (joined[from]! & LAST_FLAG) !== 0 });
      from = end;
    }
    held = joined.slice(from);
    return frames;
  };
}
