import type { ListenerId } from "../../core/domain/ids.ts";
import { partitionOf } from "../../core/log/partition-of.ts";

const PARTS = 10_000;

/** Whether a listener is among `share` of all, from 0 to 1: those whose ids' hash is low. Who is
 *  measured with a small share is measured with a larger one, too. */
export function isMeasured(listener: ListenerId, share: number): boolean {
  return partitionOf(listener, PARTS) < share * PARTS;
}
