import type { Offset } from "../domain/ids.ts";
import type { LogReader } from "./event-log.ts";
import type { TakenRecords } from "./fetched-records.ts";
import type { OwnedPartition } from "./kafka-partition.ts";

/** Batches of one partition that may wait for the disk at once. While it stalls, the records that
 *  come gather to larger batches. */
const WRITING_MAX = 8;
/** A reader goes on from batches up to this size. What comes faster gathers while one is written:
 *  larger batches are cheaper, and they keep a loaded process from falling behind. */
const AHEAD_RECORDS_MAX = 64;

/** Whom a partition's batches are given to, and who is told how they end. */
export interface Delivering {
  readonly reader: Pick<LogReader, "onBatch">;
  readonly owns: (owned: OwnedPartition) => boolean;
  readonly onDurable: () => void;
  /** Told of the first batch that fails; those that were computed on it fail after it. */
  readonly onFailed: (owned: OwnedPartition, cause: unknown) => void;
}

/** Gives the reader what was fetched of a partition, as soon as it may have the next batch. */
export function deliverNext(owned: OwnedPartition, delivering: Delivering): void {
  if (owned.isReading || owned.writing >= WRITING_MAX) return;
  if (owned.expected === undefined || !delivering.owns(owned)) return;
  const taken = owned.fetched.take();
  if (taken === undefined) return;
  owned.isReading = true;
  owned.work = Promise.all([owned.work, deliver(owned, taken, delivering)]);
}

async function deliver(
  owned: OwnedPartition,
  { records, next }: TakenRecords,
  delivering: Delivering,
): Promise<void> {
  const { partition, abort, from, starts } = owned;
  const through = (records.at(-1)!.offset + 1) as Offset;
  owned.from = through;
  let isReading = true;
  const goOn = () => {
    if (!isReading) return;
    isReading = false;
    owned.isReading = false;
    owned.writing += 1;
    // In a turn of its own, so that what is to be written is on its way first.
    setImmediate(() => deliverNext(owned, delivering));
  };
  const isCurrent = () => owned.starts === starts && owned.expected !== undefined;
  try {
    const batch = { partition, from, records, next };
    const isSmall = records.length <= AHEAD_RECORDS_MAX;
    await delivering.reader.onBatch(batch, abort.signal, isSmall ? goOn : undefined);
    delivering.onDurable();
    owned.failures = 0;
    if (isCurrent()) owned.durable = through;
  } catch (cause) {
    if (isCurrent()) delivering.onFailed(owned, cause);
  }
  if (isReading) owned.isReading = false;
  else owned.writing -= 1;
  deliverNext(owned, delivering);
}
