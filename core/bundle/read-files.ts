import { createHash } from "node:crypto";
import { constants, type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "../domain/is-absent.ts";
import { findOff } from "./find-off.ts";
import { fromInt8Rows } from "./int8-rows.ts";
import { BUNDLE_LIMITS as LIMITS } from "./limits.ts";
import type { Manifest } from "./manifest.ts";
import { badBundle } from "./manifest-fields.ts";

/** How much is read and hashed at once, so that others may use the thread between. */
const CHUNK_BYTES = 1024 * 1024;

/** Reads a bundle's files, each once and each checked against its size and SHA-256. */
export interface FileReader {
  /** `field` is the key that names the file, for the refusal. */
  bytes(
    name: string,
    field: string,
    sizes: { readonly least: number; readonly most: number },
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Exactly `length` finite little-endian float32s; one array for one file however often asked. */
  floats(name: string, field: string, length: number): Promise<Float32Array<ArrayBuffer>>;
  /** The rows that an int8 file and the file of their scales stand for, every number finite; one
   *  array for the same two files. */
  int8Rows(name: string, rows: Int8RowsPlace): Promise<Float32Array<ArrayBuffer>>;
  /** Exactly `length` little-endian uint32s. */
  integers(name: string, field: string, length: number): Promise<Uint32Array<ArrayBuffer>>;
}

export interface Int8RowsPlace {
  /** The manifest's keys of both files, for the refusal. */
  readonly field: string;
  readonly scalesField: string;
  readonly scales: string;
  readonly count: number;
  readonly width: number;
}

export const MANIFEST_NAME = "manifest.json";
/** The manifest of the bundle that was published before the one of `manifest.json`. */
export const PREVIOUS_NAME = "previous.json";
export type ManifestName = typeof MANIFEST_NAME | typeof PREVIOUS_NAME;

/** The text of the folder's manifest, or of the one before it. */
export async function readManifestText(
  folder: string,
  name: ManifestName = MANIFEST_NAME,
): Promise<string> {
  const bytes = await withFile(folder, name, async (file, size) => {
    if (size > LIMITS.manifestBytesMax) {
      throw badBundle(name, `longer than ${LIMITS.manifestBytesMax} bytes`);
    }
    return readAll(file, name, size, () => undefined);
  });
  return decodeText(bytes, name);
}

export function fileReader(folder: string, files: Manifest["files"]): FileReader {
  const arrays = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  const floats = new Map<string, Float32Array<ArrayBuffer>>();
  const checked: FileReader["bytes"] = (name, field, sizes) => {
    const expected = files[name];
    if (expected === undefined) throw badBundle(field, `"${name}" is not in files`);
    if (expected.bytes < sizes.least || expected.bytes > sizes.most) {
      const range = sizes.least === sizes.most ? sizes.least : `${sizes.least} to ${sizes.most}`;
      throw badBundle(field, `"${name}" has ${expected.bytes} bytes, must have ${range}`);
    }
    const known = arrays.get(name) ?? readChecked(folder, name, expected);
    arrays.set(name, known);
    return known;
  };
  const readFloats: FileReader["floats"] = async (name, field, length) => {
    const size = length * Float32Array.BYTES_PER_ELEMENT;
    const bytes = await checked(name, field, { least: size, most: size });
    const known = floats.get(name);
    if (known !== undefined) return known;
    const array = new Float32Array(bytes.buffer);
    await checkFinite(array, name);
    floats.set(name, array);
    return array;
  };
  return {
    bytes: async (name, field, sizes) => checked(name, field, sizes),
    floats: readFloats,
    async int8Rows(name, { field, scalesField, scales: scalesName, count, width }) {
      const size = count * width;
      const steps = new Int8Array((await checked(name, field, { least: size, most: size })).buffer);
      const scales = await readFloats(scalesName, scalesField, count);
      // A slash is in no file's name.
      const key = `${name}/${scalesName}`;
      const known = floats.get(key);
      if (known !== undefined) return known;
      const array = fromInt8Rows({ steps, scales }, width);
      await checkFinite(array, name);
      floats.set(key, array);
      return array;
    },
    async integers(name, field, length) {
      const size = length * Uint32Array.BYTES_PER_ELEMENT;
      const bytes = await checked(name, field, { least: size, most: size });
      return new Uint32Array(bytes.buffer);
    },
  };
}

async function checkFinite(array: Float32Array, name: string): Promise<void> {
  const off = await findOff(array, (number) => !Number.isFinite(number));
  if (off >= 0) throw badBundle(name, `the number at ${off} is ${array[off]}`);
}

export function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw badBundle(name, "is no UTF-8 text", cause);
  }
}

async function readChecked(
  folder: string,
  name: string,
  expected: Manifest["files"][string],
): Promise<Uint8Array<ArrayBuffer>> {
  const hash = createHash("sha256");
  const bytes = await withFile(folder, name, async (file, size) => {
    if (size !== expected.bytes) {
      throw badBundle(name, `has ${size} bytes, the manifest says ${expected.bytes}`);
    }
    return readAll(file, name, size, (chunk) => hash.update(chunk));
  });
  if (hash.digest("hex") !== expected.sha256) throw badBundle(name, "its SHA-256 does not match");
  return bytes;
}

/** Opens a plain file; a symbolic link is refused, it could lead out of the folder. */
async function withFile<T>(
  folder: string,
  name: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK a named pipe in place of a file would block the opening for ever.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    file = await open(join(folder, name), flags);
  } catch (cause) {
    const why = isAbsent(cause) ? "is not in" : "cannot be opened in";
    throw badBundle(name, `${why} ${folder}`, cause);
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw badBundle(name, "is no plain file");
    return await use(file, stat.size);
  } finally {
    await file.close();
  }
}

/** Reads straight into the memory that is handed out: a large file is never held twice. */
async function readAll(
  file: FileHandle,
  name: string,
  size: number,
  seen: (chunk: Uint8Array) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const length = Math.min(CHUNK_BYTES, size - at);
    const { bytesRead } = await file.read(bytes, at, length, at);
    if (bytesRead === 0) throw badBundle(name, `ended after ${at} of ${size} bytes`);
    seen(bytes.subarray(at, at + bytesRead));
    at += bytesRead;
  }
  return bytes;
}
