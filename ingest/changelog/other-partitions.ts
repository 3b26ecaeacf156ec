import type { Partition } from "../../core/domain/ids.ts";
import { followPartitions } from "./follow-partitions.ts";
import { type LeftOptions, leftPartitions } from "./left-partitions.ts";

/** The partitions that a host does not own: it follows some of them, and removes in time what its
 *  store has of the others. */
export interface OtherPartitions {
  /** Follows these and no others. */
  follow(partitions: readonly Partition[]): void;
  /** How many are followed. */
  followed(): number;
  /** Ends what is done with a partition that the host gains, having read its changelog where it was
   *  followed. */
  release(partition: Partition): Promise<void>;
  /** Removes a partition that others have for long enough, where there is one. Never throws: what
   *  fails is noticed and tried again with the next call. */
  dropLeft(owned: Iterable<Partition>): Promise<void>;
  close(): Promise<void>;
}

export function otherPartitions(
  options: LeftOptions & { readonly onProgress?: () => void },
): OtherPartitions {
  const { changelog, store, onNotice, onProgress } = options;
  const copied = { changelog, store, ...(onProgress && { onProgress }) };
  const followed = followPartitions(copied, onNotice);
  const left = leftPartitions(options);
  return {
    follow(partitions) {
      // One that is being removed is followed once that has stopped, by a later call.
      for (const partition of partitions) void left.keep(partition);
      followed.follow(partitions.filter((partition) => !left.isGoing(partition)));
    },
    followed: () => [...followed.all()].length,
    async release(partition) {
      await left.keep(partition);
      await followed.finish(partition);
    },
    async dropLeft(owned) {
      try {
        await left.look(new Set([...owned, ...followed.all()]));
      } catch (cause) {
        const message = "it is not known which partitions other hosts have by now";
        onNotice({ level: "warning", message, cause });
      }
    },
    async close() {
      await followed.abandon();
      await left.close();
    },
  };
}
