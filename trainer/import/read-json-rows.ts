import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { Failure } from "../../core/domain/failure.ts";
import { readLineBlocks } from "../../core/log-folder/line-file.ts";
import { cellText } from "./cell-text.ts";
import type { RowReader, SourceRow } from "./row-source.ts";

/** The longest file of one JSON array that is read, in bytes; it is parsed as a whole. */
export const ARRAY_BYTES_MAX = 256 * 1024 * 1024;

/** Reads files of a JSON object a line, plain, gzip or zstd. A column is a path of keys joined by
 *  dots; a number is a place in a list: `track_metadata.artists.0.name`. A path that leads nowhere
 *  is an absent value, so no column is missed in a file as a whole. */
export const jsonLines: RowReader = async function* (file, wanted) {
  const paths = [...wanted.needed, ...wanted.optional].map((column) => column.split("."));
  let line = 0;
  for await (const { lines, bytesRead } of readLineBlocks(file)) {
    const rows: SourceRow[] = [];
    for (const text of lines) {
      line += 1;
      if (text.trim() === "") continue;
      rows.push(pick(parseObject(text), paths, line));
    }
    yield { rows, bytesRead };
  }
};

/** Reads files of one JSON array of objects, plain or gzip; columns as for `jsonLines`. */
export const jsonArrays: RowReader = async function* (file, wanted) {
  const paths = [...wanted.needed, ...wanted.optional].map((column) => column.split("."));
  const { text, bytesRead } = await readWhole(file);
  const objects = parseArray(text, file);
  const rows = objects.map((value, index) => pick(asObject(value), paths, index + 1));
  yield { rows, bytesRead };
};

type JsonObject = Readonly<Record<string, unknown>>;

function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

function pick(
  object: JsonObject | undefined,
  paths: readonly (readonly string[])[],
  line: number,
): SourceRow {
  if (object === undefined) return { cells: undefined, fault: "no JSON object", line };
  const cells = paths.map((path) => cellText(follow(object, path)) ?? "");
  return { cells, fault: "", line };
}

function follow(object: JsonObject, path: readonly string[]): unknown {
  let value: unknown = object;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

async function readWhole(file: string): Promise<{ text: string; bytesRead: number }> {
  try {
    const packed = await readFile(file);
    const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
    const bytes = isGzip ? gunzipSync(packed, { maxOutputLength: ARRAY_BYTES_MAX }) : packed;
    if (bytes.length > ARRAY_BYTES_MAX) throw new Error(`it passes ${ARRAY_BYTES_MAX} bytes`);
    return { text: bytes.toString("utf8"), bytesRead: packed.length };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("bad_log_folder", `cannot read ${file}: ${reason}`, { field: file, cause });
  }
}

function parseArray(text: string, file: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure("bad_log_folder", `${file} is no JSON`, { field: file, cause });
  }
  if (Array.isArray(value)) return value;
  throw new Failure("bad_log_folder", `${file} is no JSON array`, { field: file });
}
