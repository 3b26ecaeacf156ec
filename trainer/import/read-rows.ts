import { stat } from "node:fs/promises";
import { Failure } from "../../core/domain/failure.ts";
import { readLineBlocks } from "../../core/log-folder/line-file.ts";

/** A data row, its cells in the order of the columns that were asked for. */
export interface SourceRow {
  /** Undefined where the row has another number of cells than its file's header. */
  readonly cells: readonly string[] | undefined;
  readonly file: string;
  /** Counted from 1, the header being line 1. */
  readonly line: number;
}

/** Reads tab-separated files with header lines, gzip or not, one after another. Throws
 *  `bad_log_folder` where a file cannot be read or lacks one of `columns`. */
export async function* readRows(
  files: readonly string[],
  columns: readonly string[],
  progress: (bytesRead: number, bytesInAll: number) => void,
): AsyncGenerator<SourceRow> {
  const sizes = await Promise.all(files.map(sizeOf));
  const bytesInAll = sizes.reduce((sum, bytes) => sum + bytes, 0);
  let bytesBefore = 0;
  for (const [index, file] of files.entries()) {
    let line = 0;
    let header: Header | undefined;
    for await (const block of readLineBlocks(file)) {
      for (const text of block.lines) {
        line += 1;
        const cells = withoutCarriageReturn(text).split("\t");
        if (header === undefined) header = readHeader(cells, columns, file);
        else yield { cells: pick(cells, header), file, line };
      }
      progress(bytesBefore + block.bytesRead, bytesInAll);
    }
    if (header === undefined) readHeader([], columns, file);
    bytesBefore += sizes[index]!;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    throw new Failure("bad_log_folder", `${file} cannot be read`, { field: file, cause });
  }
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

interface Header {
  readonly width: number;
  /** The place of each column that was asked for. */
  readonly places: readonly number[];
}

function readHeader(cells: readonly string[], columns: readonly string[], file: string): Header {
  const places = columns.map((column) => {
    const place = cells.indexOf(column);
    if (place !== -1) return place;
    const message = `${file}, line 1: no column "${column}"; it needs ${columns.join(", ")}`;
    throw new Failure("bad_log_folder", message, { field: `${file}:1` });
  });
  return { width: cells.length, places };
}

function pick(cells: readonly string[], header: Header): string[] | undefined {
  if (cells.length !== header.width) return undefined;
  return header.places.map((place) => cells[place]!);
}
