import type { Offset, Partition } from "../domain/ids.ts";
import type { LogRecord, NewRecord } from "./event-log.ts";

/** A partitioned log of keyed records that says for each partition who may write it. Whoever reads
 *  it sees what was written whole and nothing else. */
export interface FencedLog {
  readonly partitions: number;
  /** The records from `from` on, as many as one answer holds. */
  read(partition: Partition, from: Offset): Promise<WrittenRecords>;
  /** The offset of the oldest record, and the one after the last that may be read. */
  ends(partition: Partition): Promise<{ readonly first: Offset; readonly next: Offset }>;
  /** Makes the caller the partition's one writer: every writer that was opened before is refused
   *  from then on, and what it had not written whole is never read. */
  openWriter(partition: Partition): Promise<FencedWriter>;
  close(): Promise<void>;
}

export interface WrittenRecords {
  readonly records: readonly LogRecord[];
  /** The offset to read next. */
  readonly through: Offset;
  /** Whether that was all that there is now. */
  readonly isEnd: boolean;
}

export interface FencedWriter {
  /** Writes all records or none, and resolves when they are durable. Throws `stale_owner` where
   *  another writer was opened since, and `log_unavailable`; after either the writer is of no more
   *  use. One call at a time. */
  write(records: readonly NewRecord[]): Promise<void>;
  close(): Promise<void>;
}
