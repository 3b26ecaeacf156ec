import { readLineBlocks } from "../../core/log-folder/line-file.ts";
import { type CsvRecord, csvRecords } from "./csv-records.ts";
import { requireColumns } from "./require-columns.ts";
import type { RowReader, SourceRow, WantedColumns } from "./row-source.ts";

export interface DelimitedShape {
  /** Tab-separated files have no quotes, the others follow RFC 4180. Detected: whichever of comma,
   *  semicolon and tab the header holds most of. */
  readonly separator: "tab" | "comma" | "detected";
  /** The names of all columns, where the files have no header line. */
  readonly columns?: readonly string[];
}

/** Reads text files of a record a line, plain, gzip or zstd. Columns are found by their names. */
export function delimited(shape: DelimitedShape): RowReader {
  return async function* (file, wanted) {
    let columns = shape.columns && findColumns(shape.columns, wanted, file);
    let records: RecordSplitter | undefined;
    const rowsOf = (found: readonly CsvRecord[]) => {
      const rows: SourceRow[] = [];
      for (const record of found) {
        if (columns === undefined) columns = findColumns(record.cells ?? [], wanted, file);
        else rows.push(pick(record, columns));
      }
      return rows;
    };
    let bytesReadLast = 0;
    for await (const { lines, bytesRead } of readLineBlocks(file)) {
      records ??= splitterFor(shape, lines[0]!);
      yield { rows: rowsOf(lines.flatMap(records.add)), bytesRead };
      bytesReadLast = bytesRead;
    }
    yield { rows: rowsOf(records?.end() ?? []), bytesRead: bytesReadLast };
    if (columns === undefined) findColumns([], wanted, file);
  };
}

type RecordSplitter = ReturnType<typeof csvRecords>;

function splitterFor({ separator }: DelimitedShape, firstLine: string): RecordSplitter {
  if (separator === "tab") return unquotedRecords("\t");
  if (separator === "comma") return csvRecords(",");
  const found = mostFrequent(firstLine, [",", ";", "\t"]);
  return found === "\t" ? unquotedRecords(found) : csvRecords(found);
}

function unquotedRecords(separator: string): RecordSplitter {
  let line = 0;
  return {
    add: (text) => {
      line += 1;
      const record = text.endsWith("\r") ? text.slice(0, -1) : text;
      return record === "" ? [] : [{ cells: record.split(separator), line }];
    },
    end: () => [],
  };
}

function mostFrequent(text: string, letters: readonly [string, ...string[]]): string {
  const counts = letters.map((letter) => text.split(letter).length);
  return letters[counts.indexOf(Math.max(...counts))]!;
}

interface Columns {
  readonly width: number;
  /** The place of each wanted column; -1 for an optional one that is not there. */
  readonly places: readonly number[];
}

function findColumns(header: readonly string[], wanted: WantedColumns, file: string): Columns {
  const names = header.map((name, place) => (place === 0 ? name.replace(/^\uFEFF/, "") : name));
  requireColumns(wanted.needed, names, { place: `${file}, line 1`, field: `${file}:1` });
  const places = [...wanted.needed, ...wanted.optional].map((column) => names.indexOf(column));
  return { width: names.length, places };
}

function pick({ cells, line }: CsvRecord, { width, places }: Columns): SourceRow {
  if (cells === undefined) return { cells, fault: "a quote is never closed", line };
  if (cells.length !== width) {
    return { cells: undefined, fault: "other cells than the header", line };
  }
  return { cells: places.map((place) => (place === -1 ? "" : cells[place]!)), fault: "", line };
}
