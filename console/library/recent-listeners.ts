import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import type { EventLog } from "../../core/log/event-log.ts";
import type { StateReader } from "../../core/state/session-store.ts";
import type { ListenerSummary } from "../../proto/gen/segue/v1/console.ts";
import { CONSOLE_LIMITS } from "../limits.ts";

/** Listeners whose ids begin with `prefix`, in the newest records of the log, the newest first; and
 *  before them the one whose id is the prefix, where they were ever heard. */
export async function recentListeners(
  { log, state }: { readonly log: EventLog; readonly state: StateReader },
  { prefix, k }: { readonly prefix: string; readonly k: number },
): Promise<ListenerSummary[]> {
  const newest = new Map<string, number>();
  for (let at = 0; at < log.partitions; at++) {
    for (const { key, value, timestampMs } of await tailOf(log, at as Partition)) {
      if (value === null) newest.delete(key);
      else if (key.startsWith(prefix)) newest.set(key, timestampMs);
    }
  }
  const exact = prefix === "" ? undefined : state.read(prefix as ListenerId);
  if (exact !== undefined && !newest.has(prefix)) newest.set(prefix, exact.lastEventAtMs);
  return [...newest]
    .map(([listener, appendedAtMs]) => ({ listener, appendedAtMs }))
    .sort((a, b) => rank(b, prefix) - rank(a, prefix) || b.appendedAtMs - a.appendedAtMs)
    .slice(0, k);
}

function rank({ listener }: ListenerSummary, prefix: string): number {
  return listener === prefix ? 1 : 0;
}

async function tailOf(log: EventLog, partition: Partition) {
  const { first, next } = await log.watermarks(partition);
  const from = Math.max(first, next - CONSOLE_LIMITS.tailRecords);
  return next > from ? log.read(partition, from as Offset, next - from) : [];
}
