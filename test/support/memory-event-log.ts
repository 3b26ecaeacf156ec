import { Failure } from "../../core/domain/failure.ts";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import { type EventLog, LISTENING_TOPIC, type LogRecord } from "../../core/log/event-log.ts";

/** The listening log's records by partition, to be read and not joined. */
export interface MemoryEventLog extends EventLog {
  readonly parts: readonly LogRecord[][];
  /** Forgets what is below `first`, as retention does. */
  trim(partition: Partition, first: number): void;
}

export function memoryEventLog(partitions: number): MemoryEventLog {
  const parts = Array.from({ length: partitions }, (): LogRecord[] => []);
  const firsts = parts.map(() => 0);
  const unused = () => Promise.reject(new Failure("bug", "this log is read only"));
  return {
    topic: LISTENING_TOPIC,
    partitions,
    parts,
    trim(partition, first) {
      firsts[partition] = first;
    },
    async watermarks(partition) {
      const next = parts[partition]!.length;
      return { first: firsts[partition]! as Offset, next: next as Offset };
    },
    async read(partition, from, recordsMax) {
      if (from < firsts[partition]!) throw new Failure("log_data_lost", "retention took it");
      return parts[partition]!.slice(from, from + recordsMax);
    },
    append: unused,
    subscribe: unused,
    close: async () => undefined,
  };
}
