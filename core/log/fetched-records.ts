import type { Offset } from "../domain/ids.ts";
import type { LogRecord } from "./event-log.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "./log-limits.ts";

/** Records of one partition that were fetched and not given to its reader yet. */
export interface FetchedRecords {
  /** Resolves when all of them were taken or dropped: until then nothing more is to be fetched.
   *  `next` is the partition's high watermark. */
  add(records: readonly LogRecord[], next: Offset): Promise<void>;
  /** The oldest, as many as a batch may have. Undefined where there are none. */
  take(): TakenRecords | undefined;
  drop(): void;
}

export interface TakenRecords {
  /** Not empty. */
  readonly records: readonly LogRecord[];
  readonly next: Offset;
}

export function fetchedRecords(): FetchedRecords {
  let [records, next] = [[] as readonly LogRecord[], 0 as Offset];
  let whenTaken = Promise.withResolvers<void>();

  function keep(rest: readonly LogRecord[]): void {
    records = rest;
    if (rest.length > 0) return;
    whenTaken.resolve();
    whenTaken = Promise.withResolvers();
  }

  return {
    add(more, watermark) {
      if (more.length === 0) return Promise.resolve();
      records = records.length === 0 ? more : [...records, ...more];
      next = watermark;
      return whenTaken.promise;
    },
    take() {
      if (records.length === 0) return undefined;
      const taken = { records: records.slice(0, batchLength(records)), next };
      keep(records.slice(taken.records.length));
      return taken;
    },
    drop: () => keep([]),
  };
}

/** How many of the first records a batch takes: one in any case. What was fetched compressed may be
 *  many times what was asked for. */
function batchLength(records: readonly LogRecord[]): number {
  let bytes = 0;
  for (const [index, { value }] of records.entries()) {
    bytes += value?.byteLength ?? 0;
    if (index > 0 && (index === BATCH_RECORDS_MAX || bytes > BATCH_BYTES_MAX)) return index;
  }
  return records.length;
}
