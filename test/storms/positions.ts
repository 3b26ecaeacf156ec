import type { Partition } from "../../core/domain/ids.ts";
import { openLmdbReader } from "../../core/state/lmdb-reader.ts";
import type { AppliedPosition } from "../../core/state/session-store.ts";

/** Looks at a store's positions all the time while others write them. */
export interface PositionWatch {
  /** Records applied, over all partitions. */
  applied(): number;
  /** The offset to apply next, of each partition. */
  next(): number[];
  /** How often a position was seen to go back, which only a stale owner's write does. */
  readonly wentBack: number;
  close(): Promise<void>;
}

const LOOK_MS = 2;

export function watchPositions(folder: string, partitions: number): PositionWatch {
  const reader = openLmdbReader(folder);
  const last = new Map<number, AppliedPosition>();
  let wentBack = 0;

  function look(): number[] {
    return Array.from({ length: partitions }, (_, partition) => {
      const now = reader.position(partition as Partition);
      const before = last.get(partition);
      if (before !== undefined && (now === undefined || isBefore(now, before))) wentBack += 1;
      if (now !== undefined) last.set(partition, now);
      return now?.next ?? 0;
    });
  }

  const timer = setInterval(look, LOOK_MS);
  let closing: Promise<void> | undefined;
  return {
    applied: () => look().reduce((sum, next) => sum + next, 0),
    next: look,
    get wentBack() {
      return wentBack;
    },
    close() {
      clearInterval(timer);
      closing ??= reader.close();
      return closing;
    },
  };
}

function isBefore(one: AppliedPosition, other: AppliedPosition): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.next < other.next);
}
