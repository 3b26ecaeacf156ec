import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import type { LogBatch, LogReader, LogRecord, Watermarks } from "./event-log.ts";

/** A reader for tests: it keeps what it is given and its own offsets, as a store does. */
export interface CollectingReader extends LogReader {
  readonly records: (LogRecord & { readonly partition: Partition })[];
  readonly batches: LogBatch[];
  readonly prepared: Partition[];
  readonly assigned: Partition[];
  readonly revoked: Partition[];
  readonly outOfRange: {
    readonly partition: Partition;
    readonly wanted: Offset;
    readonly watermarks: Watermarks;
  }[];
  /** The offset after the last kept record, per partition. */
  readonly next: Map<Partition, Offset>;
  values(): string[];
}

/** `before` runs before a batch is kept, and by throwing rejects it. */
export function collectingReader(
  start: Offset,
  before: (batch: LogBatch, signal: AbortSignal) => Promise<void> = async () => undefined,
): CollectingReader {
  const reader: CollectingReader = {
    records: [],
    batches: [],
    prepared: [],
    assigned: [],
    revoked: [],
    outOfRange: [],
    next: new Map(),
    values: () => reader.records.map(({ value }) => Buffer.from(value ?? []).toString()),
    prepare: async (partition) => void reader.prepared.push(partition),
    resumeFrom: (partition) => reader.next.get(partition) ?? start,
    onAssigned: (partitions) => void reader.assigned.push(...partitions),
    onRevoked: (partitions) => void reader.revoked.push(...partitions),
    async onBatch(batch, signal) {
      await before(batch, signal);
      reader.batches.push(batch);
      for (const record of batch.records) {
        reader.records.push({ ...record, partition: batch.partition });
      }
      reader.next.set(batch.partition, (batch.records.at(-1)!.offset + 1) as Offset);
    },
    onOutOfRange(partition, wanted, watermarks) {
      reader.outOfRange.push({ partition, wanted, watermarks });
      return watermarks.first;
    },
  };
  return reader;
}

const UNTIL_WAIT_MS = 45_000;

/** Waits until `condition` holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + UNTIL_WAIT_MS;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Failure("bug", `it never came true that ${what}`);
    await sleep(2);
  }
}
