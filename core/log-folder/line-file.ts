import { once } from "node:events";
import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { createGunzip, createGzip, createZstdDecompress } from "node:zlib";
import { Failure } from "../domain/failure.ts";

/** The longest line that is read, in bytes; a longer one is no line of any file that we know. */
export const LINE_BYTES_MAX = 1024 * 1024;
const READ_BYTES = 256 * 1024;
const WRITE_CHARACTERS = 256 * 1024;
/** Close to the best ratio on rows like ours, at half the time of zlib's own default. */
const GZIP_LEVEL = 4;
const LINE_END = 0x0a;

/** Reads a UTF-8 text file, plain, gzip or zstd, as blocks of lines without their line ends; a
 *  block at a time, since waiting once a line costs more than parsing it. Throws `bad_log_folder`
 *  naming the file where it cannot be read, its packing is damaged or a line passes
 *  `LINE_BYTES_MAX`. */
export async function* readLineBlocks(path: string): AsyncGenerator<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  try {
    for await (const chunk of await unpacked(source, path)) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const { lines, used } = splitLines(bytes);
      rest = bytes.subarray(used);
      if (rest.length > LINE_BYTES_MAX) throw new Error(`a line passes ${LINE_BYTES_MAX} bytes`);
      if (lines.length > 0) yield { lines, bytesRead: source.bytesRead };
    }
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("bad_log_folder", `cannot read ${path}: ${reason}`, { field: path, cause });
  }
  if (rest.length > 0) yield { lines: [rest.toString("utf8")], bytesRead: source.bytesRead };
}

export interface LineBlock {
  readonly lines: readonly string[];
  /** How much of the file, packed as it is, was read by now; for progress. */
  readonly bytesRead: number;
}

async function unpacked(source: ReadStream, path: string): Promise<Readable> {
  const start = await firstBytes(path, ZSTD_MAGIC.length);
  const unpacker = start.equals(ZSTD_MAGIC)
    ? createZstdDecompress({ chunkSize: READ_BYTES })
    : start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)
      ? createGunzip({ chunkSize: READ_BYTES })
      : undefined;
  if (unpacker === undefined) return source;
  // The reader of `unpacker` meets every error there; this callback only keeps it from going
  // unhandled.
  return pipeline(source, unpacker, () => undefined);
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Decodes line by line: a slice of one decoded block would keep the whole block alive for as long
 *  as any id of it lives. */
function splitLines(bytes: Buffer): { lines: string[]; used: number } {
  const lines: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END, start)) {
    lines.push(bytes.toString("utf8", start, end));
    start = end + 1;
  }
  return { lines, used: start };
}

/** A gzip file under way. The same lines make the same bytes: its gzip header carries no time. */
export interface LineWriter {
  /** Adds a line, which must hold no line end; resolves at once unless the file falls behind. */
  write(line: string): Promise<void>;
  /** Resolves when the file is complete. */
  close(): Promise<void>;
}

export function writeLines(path: string): LineWriter {
  const gzip = createGzip({ level: GZIP_LEVEL });
  const done = finished(pipeline(gzip, createWriteStream(path), () => undefined));
  // A write or the close below meets the failure; without a handler it would end the process first.
  done.catch(() => undefined);
  let block = "";
  const flush = async () => {
    const text = block;
    block = "";
    if (!gzip.write(text)) await Promise.race([once(gzip, "drain"), done]);
  };
  return {
    write: (line) => {
      block += `${line}\n`;
      return block.length < WRITE_CHARACTERS ? WRITTEN : flush();
    },
    close: async () => {
      gzip.end(block);
      await done;
    },
  };
}

const WRITTEN = Promise.resolve();
