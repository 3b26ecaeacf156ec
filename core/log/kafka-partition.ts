import type { Offset, Partition } from "../domain/ids.ts";

/** A partition that a member of a group owns. */
export interface OwnedPartition {
  readonly partition: Partition;
  /** Aborted when the partition is taken away. */
  readonly abort: AbortController;
  /** The offset that the next delivered record is expected at or after. Undefined until the
   *  reader's offset was checked against the watermarks; nothing is delivered before. */
  expected: Offset | undefined;
  /** The batches under way, one after another. */
  work: Promise<void>;
  failures: number;
  /** Counts the starts, so that of two at once only the later one seeks. */
  starts: number;
  /** The last offset that was committed for display. */
  committed: Offset | undefined;
}

/** `after` is the work of an earlier ownership of the partition that may still be under way. */
export function ownedPartition(partition: Partition, after: Promise<void>): OwnedPartition {
  return {
    partition,
    abort: new AbortController(),
    expected: undefined,
    work: after,
    failures: 0,
    starts: 0,
    committed: undefined,
  };
}
