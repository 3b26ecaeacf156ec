import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import { Failure } from "../../core/domain/failure.ts";
import { cellText } from "./cell-text.ts";
import { requireColumns } from "./require-columns.ts";
import type { RowReader, SourceRow, WantedColumns } from "./row-source.ts";

/** Rows that are handed over at once. A row group is decoded as a whole, column by column; its
 *  cells become texts only as they are handed over. */
const ROWS_PER_BLOCK = 4096;

/** Reads Parquet files with flat columns: a list or a struct in a wanted column makes its row a
 *  broken one. Pages may be plain or packed with snappy, gzip, zstd or brotli. */
export const parquetRows: RowReader = async function* (file, wanted) {
  const { source, metadata, columns } = await openParquet(file, wanted);
  const rowsInAll = Number(metadata.num_rows);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const group = { source, metadata, columns, rowStart, rowEnd, file };
    const values = await readRowGroup(group);
    for (let first = rowStart; first < rowEnd; first += ROWS_PER_BLOCK) {
      const end = Math.min(rowEnd, first + ROWS_PER_BLOCK);
      const rows: SourceRow[] = [];
      for (let row = first; row < end; row++) rows.push(rowOf(values, row - rowStart, row + 1));
      yield { rows, bytesRead: Math.round((source.byteLength * end) / rowsInAll) };
    }
    rowStart = rowEnd;
  }
};

interface ParquetFile {
  readonly source: AsyncBuffer;
  readonly metadata: FileMetaData;
  /** The wanted columns in their order; undefined for an optional one that is not there. */
  readonly columns: readonly (string | undefined)[];
}

async function openParquet(file: string, wanted: WantedColumns): Promise<ParquetFile> {
  const { source, metadata, names } = await readMetadata(file);
  requireColumns(wanted.needed, names, { place: file, field: file });
  const columns = [...wanted.needed, ...wanted.optional].map((column) =>
    names.includes(column) ? column : undefined,
  );
  return { source, metadata, columns };
}

async function readMetadata(file: string) {
  try {
    const source = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(source);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    return { source, metadata, names };
  } catch (cause) {
    const message = `${file} cannot be read as Parquet`;
    throw new Failure("bad_log_folder", message, { field: file, cause });
  }
}

interface RowGroup extends ParquetFile {
  readonly file: string;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** The values of each column, in the order of `columns`. */
type ColumnValues = readonly (readonly unknown[] | undefined)[];

async function readRowGroup(group: RowGroup): Promise<ColumnValues> {
  const { source, metadata, columns, rowStart, rowEnd, file } = group;
  const present = [...new Set(columns.filter((column) => column !== undefined))];
  const values = new Map<string, unknown[]>(present.map((column) => [column, []]));
  try {
    await parquetRead({
      file: source,
      metadata,
      columns: present,
      rowStart,
      rowEnd,
      compressors: COMPRESSORS,
      onChunk: (chunk) => {
        const into = values.get(chunk.columnName)!;
        const offset = chunk.rowStart - rowStart;
        for (let row = 0; row < chunk.columnData.length; row++) {
          into[offset + row] = chunk.columnData[row];
        }
      },
    });
    for (const [column, { length }] of values) {
      // The number of rows is read from the file's end, which may be damaged.
      if (length !== rowEnd - rowStart) throw new Error(`${column} holds ${length} values`);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${file}, rows from ${rowStart + 1}: ${reason}`;
    throw new Failure("bad_log_folder", message, { field: file, cause });
  }
  return columns.map((column) => (column === undefined ? undefined : values.get(column)));
}

/** Node's own zlib unpacks what hyparquet leaves to its caller; snappy it reads itself. */
const COMPRESSORS: Compressors = {
  GZIP: (page, bytes) => gunzipSync(page, { maxOutputLength: Math.max(1, bytes) }),
  ZSTD: (page, bytes) => zstdDecompressSync(page, { maxOutputLength: Math.max(1, bytes) }),
  BROTLI: (page, bytes) => brotliDecompressSync(page, { maxOutputLength: Math.max(1, bytes) }),
};

function rowOf(values: ColumnValues, index: number, line: number): SourceRow {
  const cells: string[] = [];
  for (const column of values) {
    const text = cellText(column?.[index]);
    if (text === undefined) return { cells: undefined, fault: "a cell holds a list", line };
    cells.push(text);
  }
  return { cells, fault: "", line };
}
