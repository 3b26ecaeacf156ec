import type { AppliedPosition } from "./session-store.ts";

type Place = Pick<AppliedPosition, "epoch"> & { readonly next: number };

/** Whether `one` is below `other`; a partition that was never applied is below everything. */
export function isBelow(one: Place | undefined, other: Place): boolean {
  if (one === undefined) return true;
  return one.epoch === other.epoch ? one.next < other.next : one.epoch < other.epoch;
}
