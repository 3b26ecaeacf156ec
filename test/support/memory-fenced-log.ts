import { Failure } from "../../core/domain/failure.ts";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import type { LogRecord, NewRecord } from "../../core/log/event-log.ts";
import type { FencedLog, FencedWriter } from "../../core/log/fenced-log.ts";

/** A fenced log in memory that a test can break and compact. */
export interface MemoryFencedLog extends FencedLog {
  /** Asked before each write and each read; by throwing it fails them. */
  beforeWrite: () => void;
  beforeRead: () => void;
  /** Keeps the last record of each key, and no tombstones. */
  compact(partition: Partition): void;
  records(partition: Partition): readonly LogRecord[];
}

/** `pageRecords` is how many records one answer holds. */
export function memoryFencedLog(partitions: number, pageRecords = 7): MemoryFencedLog {
  const parts = Array.from({ length: partitions }, () => ({
    records: [] as LogRecord[],
    next: 0,
    writers: 0,
  }));

  const log: MemoryFencedLog = {
    partitions,
    beforeWrite: () => undefined,
    beforeRead: () => undefined,
    async read(partition, from) {
      log.beforeRead();
      const { records, next } = parts[partition]!;
      const found = records.filter(({ offset }) => offset >= from).slice(0, pageRecords);
      const through = found.length < pageRecords ? next : found.at(-1)!.offset + 1;
      return { records: found, through: through as Offset, isEnd: through === next };
    },
    async ends(partition) {
      log.beforeRead();
      const { records, next } = parts[partition]!;
      return { first: (records[0]?.offset ?? next) as Offset, next: next as Offset };
    },
    async openWriter(partition) {
      log.beforeWrite();
      const part = parts[partition]!;
      part.writers += 1;
      const writer = part.writers;
      return {
        async write(written) {
          log.beforeWrite();
          if (part.writers !== writer) throw new Failure("stale_owner", "another writes");
          part.records.push(...written.map((record) => recordAt(record, part.next++)));
        },
        close: async () => undefined,
      } satisfies FencedWriter;
    },
    compact(partition) {
      const part = parts[partition]!;
      const last = new Map(part.records.map((record) => [record.key, record.offset]));
      part.records = part.records.filter(
        ({ key, offset, value }) => last.get(key) === offset && value !== null,
      );
    },
    records: (partition) => parts[partition]!.records,
    close: async () => undefined,
  };
  return log;
}

function recordAt({ key, value }: NewRecord, offset: number): LogRecord {
  return { key, value, headers: {}, timestampMs: 0, offset: offset as Offset };
}
