import type { Offset, Partition } from "../domain/ids.ts";
import { type FetchedRecords, fetchedRecords } from "./fetched-records.ts";

/** A partition that a member of a group owns. */
export interface OwnedPartition {
  readonly partition: Partition;
  /** Aborted when the partition is taken away. */
  readonly abort: AbortController;
  /** The offset that the next fetched record is expected at or after. Undefined until the
   *  reader's offset was checked against the watermarks; nothing is fetched or delivered before. */
  expected: Offset | undefined;
  readonly fetched: FetchedRecords;
  /** The offset from which the next batch holds every record. */
  from: Offset;
  /** Whether the reader has a batch from which it has not gone on. */
  isReading: boolean;
  /** Batches from which the reader has gone on, and which are not durable yet. */
  writing: number;
  /** Settles with the last batch under way. */
  work: Promise<unknown>;
  failures: number;
  /** Counts the starts, so that of two at once only the later one seeks. */
  starts: number;
  /** Up to here all is durable. Undefined where nothing has become so since the start. */
  durable: Offset | undefined;
  /** The last offset that was committed for display. */
  committed: Offset | undefined;
}

/** `after` is the work of an earlier ownership of the partition that may still be under way. */
export function ownedPartition(partition: Partition, after: Promise<unknown>): OwnedPartition {
  return {
    partition,
    abort: new AbortController(),
    expected: undefined,
    fetched: fetchedRecords(),
    from: 0 as Offset,
    isReading: false,
    writing: 0,
    work: after,
    failures: 0,
    starts: 0,
    durable: undefined,
    committed: undefined,
  };
}

/** Reading begins at `offset`. Another owner may not have flushed what is before it yet; what a
 *  batch moves on from there is durable. */
export function startDelivering(owned: OwnedPartition, offset: Offset): void {
  owned.expected = offset;
  owned.from = offset;
  owned.durable = offset;
  owned.committed = offset;
}

/** Nothing more is delivered until reading begins anew. */
export function stopDelivering(owned: OwnedPartition): void {
  owned.expected = undefined;
  owned.durable = undefined;
  owned.fetched.drop();
}
