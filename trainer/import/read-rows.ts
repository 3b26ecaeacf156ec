import { stat } from "node:fs/promises";
import { Failure } from "../../core/domain/failure.ts";
import { isAbsent } from "../../core/domain/is-absent.ts";
import type { RowBlock, RowReader, WantedColumns } from "./row-source.ts";

/** Reads several files one after another; `bytesRead` then counts over all of them. Throws
 *  `bad_log_folder` where a file cannot be read or lacks a needed column. */
export async function* readRows(
  files: readonly string[],
  reader: RowReader,
  wanted: WantedColumns,
): AsyncGenerator<RowBlock & { readonly file: string; readonly bytesInAll: number }> {
  const sizes = await Promise.all(files.map(sizeOf));
  const bytesInAll = sizes.reduce((sum, bytes) => sum + bytes, 0);
  let bytesBefore = 0;
  for (const [index, file] of files.entries()) {
    for await (const { rows, bytesRead } of reader(file, wanted)) {
      yield { rows, bytesRead: bytesBefore + bytesRead, file, bytesInAll };
    }
    bytesBefore += sizes[index]!;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    const message = isAbsent(cause) ? `there is no file ${file}` : `${file} cannot be read`;
    throw new Failure("bad_log_folder", message, { field: file, cause });
  }
}
