import type { Offset, Partition } from "../../core/domain/ids.ts";
import type { EmbeddedLog } from "../../core/log/embedded-log.ts";

/** Removes the lists of an embedded log that were made before `beforeMs`, in milliseconds since
 *  1970-01-01 UTC. (Kafka does so by itself: `retention.ms`.) */
export async function forgetOldLists(
  log: Pick<EmbeddedLog, "partitions" | "watermarks" | "read" | "truncateBefore">,
  beforeMs: number,
): Promise<void> {
  for (let at = 0; at < log.partitions; at++) {
    const partition = at as Partition;
    const kept = await firstSince(log, partition, beforeMs);
    await log.truncateBefore(partition, kept);
  }
}

/** The first record that was made at `sinceMs` or later, by halves: lists are written in order of
 *  time, but for seconds, which retention need not mind. */
async function firstSince(
  log: Pick<EmbeddedLog, "watermarks" | "read">,
  partition: Partition,
  sinceMs: number,
): Promise<Offset> {
  const { first, next } = await log.watermarks(partition);
  let [low, high] = [first as number, next as number];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [record] = await log.read(partition, middle as Offset, 1);
    if (record === undefined || record.timestampMs >= sinceMs) high = middle;
    else low = middle + 1;
  }
  return low as Offset;
}
