import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import { isAbsent } from "../../core/domain/is-absent.ts";

/** What a checkpoint holds: a small state, and the numbers by name. */
export interface Checkpoint {
  /** Anything that JSON can hold. */
  readonly state: unknown;
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

/** The format's name, which counts up with every change; then the header's length. */
const MAGIC = Buffer.from("segue checkpoint 1\n");
const LENGTH_BYTES = 4;
const HASH_BYTES = 32;
const HEADER_BYTES_MAX = 2 ** 26;
/** One call to the disk moves at most this much. */
const PIECE_BYTES = 2 ** 26;

interface Header {
  readonly state: unknown;
  readonly arrays: readonly { readonly name: string; readonly length: number }[];
}

/** Writes a checkpoint over the one before it: whole or not at all, and durable on return. Throws
 *  what the disk throws; the one before is still there then. */
export function writeCheckpoint(path: string, { state, arrays }: Checkpoint): void {
  const staged = `${path}.new`;
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(staged, "w");
  try {
    const hash = createHash("sha256");
    const sizes = Array.from(arrays, ([name, { length }]) => ({ name, length }));
    const header = Buffer.from(JSON.stringify({ state, arrays: sizes } satisfies Header));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(header.length);
    for (const bytes of [MAGIC, length, header]) writeWhole(file, bytes, hash);
    for (const numbers of arrays.values()) writeWhole(file, bytesOf(numbers), hash);
    writeWhole(file, hash.digest());
    fsyncSync(file);
  } catch (error) {
    rmSync(staged, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(staged, path);
  syncFolder(dirname(path));
}

/** Reads a checkpoint; undefined where there is none. Throws `bad_checkpoint` for a file that is
 *  torn, damaged or of another format, and what the disk throws. */
export function readCheckpoint(path: string): Checkpoint | undefined {
  const file = openIfThere(path);
  if (file === undefined) return undefined;
  try {
    return readOpened(path, file);
  } finally {
    closeSync(file);
  }
}

function readOpened(path: string, file: number): Checkpoint {
  const hash = createHash("sha256");
  let left = fstatSync(file).size;
  const read = (bytes: Uint8Array, what: string) => {
    if (bytes.length > left) throw damaged(path, `it ends within its ${what}`);
    left -= bytes.length;
    readWhole(file, bytes);
    return bytes;
  };
  const counted = (bytes: Uint8Array, what: string) => {
    read(bytes, what);
    hash.update(bytes);
    return bytes;
  };
  const magic = counted(Buffer.alloc(MAGIC.length), "name");
  if (!MAGIC.equals(magic)) throw damaged(path, "it is of another format");
  const length = Buffer.from(counted(Buffer.alloc(LENGTH_BYTES), "header")).readUInt32LE();
  if (length > HEADER_BYTES_MAX) throw damaged(path, "its header's length cannot be");
  const header = parseHeader(path, counted(Buffer.alloc(length), "header"));
  const arrays = new Map<string, Float32Array>();
  for (const { name, length } of header.arrays) {
    if (length * Float32Array.BYTES_PER_ELEMENT > left) throw damaged(path, `${name} is cut off`);
    const numbers = new Float32Array(length);
    counted(bytesOf(numbers), name);
    arrays.set(name, numbers);
  }
  const written = read(Buffer.alloc(HASH_BYTES), "hash");
  if (!hash.digest().equals(written)) throw damaged(path, "its hash is wrong");
  return { state: header.state, arrays };
}

function parseHeader(path: string, bytes: Uint8Array): Header {
  const header = parseJson(path, bytes) as Partial<Header> | null;
  const sizes: unknown = header?.arrays;
  if (!Array.isArray(sizes) || !sizes.every(isSize)) {
    throw damaged(path, "its header does not list its arrays");
  }
  return header as Header;
}

function isSize(entry: Partial<Header["arrays"][number]> | null): boolean {
  const length = entry?.length ?? -1;
  return typeof entry?.name === "string" && Number.isSafeInteger(length) && length >= 0;
}

function parseJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw damaged(path, "its header is no JSON", cause);
  }
}

function damaged(path: string, fault: string, cause?: unknown): Failure {
  return new Failure("bad_checkpoint", `${path}: ${fault}`, { cause });
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function writeWhole(file: number, bytes: Uint8Array, hash?: Hash): void {
  hash?.update(bytes);
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at, Math.min(PIECE_BYTES, bytes.length - at));
  }
}

function readWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(file, bytes, at, Math.min(PIECE_BYTES, bytes.length - at), null);
    if (read === 0)
      throw new Failure("bad_checkpoint", "the file became shorter while it was read");
    at += read;
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function syncFolder(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
