/** The columns of a source file that a format reads; a file may have others, in any order. */
export interface WantedColumns {
  /** A file without one of these is refused. */
  readonly needed: readonly string[];
  readonly optional: readonly string[];
}

/** A data row of a source file. */
export interface SourceRow {
  /** One cell for each wanted column, the needed ones first; "" is an absent value. Undefined where
   *  the row cannot be taken apart; `fault` then says why. */
  readonly cells: readonly string[] | undefined;
  readonly fault: string;
  /** The row's line in a text file, its number from 1 in any other. */
  readonly line: number;
}

/** Some rows of one file: a block at a time, since waiting once a row costs more than reading it.
 */
export interface RowBlock {
  readonly rows: readonly SourceRow[];
  /** How much of the file, packed as it is, was read by now; for progress. */
  readonly bytesRead: number;
}

/** Reads the rows of one file. Throws `bad_log_folder` where the file cannot be read or lacks a
 *  needed column. */
export type RowReader = (file: string, wanted: WantedColumns) => AsyncGenerator<RowBlock>;
