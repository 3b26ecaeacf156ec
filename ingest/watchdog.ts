import type { Partition } from "../core/domain/ids.ts";
import type { EventLog, LogSubscription } from "../core/log/event-log.ts";
import type { StateReader } from "../core/state/session-store.ts";

/** What a watchdog is told at each look. */
export interface Look {
  /** Milliseconds of a clock that only goes forwards. */
  readonly nowMs: number;
  /** Records applied, summed over the partitions that are owned. */
  readonly applied: number;
  /** Batches that were begun, whether they succeeded or not. */
  readonly tried: number;
  /** Records of those partitions that are not applied yet. */
  readonly lag: number;
  /** Milliseconds since the log was last heard of. */
  readonly silentMs: number;
}

/** `well`: nothing is waiting, or something moves. `stalled`: records wait and none was applied for
 *  a while, or the log is silent; say that you are not ready. `lost`: besides, none is even tried,
 *  so that only a new process can mend it (a Kafka client can stay down while its process lives).
 *  A full disk stalls, and is never lost: its batch is tried again and again. */
export type Health = "well" | "stalled" | "lost";

export interface WatchdogLimits {
  readonly stalledAfterMs: number;
  readonly lostAfterMs: number;
}

/** With a look each second, and what an end takes, a process that is lost is gone within half a
 *  minute. A group that gives its partitions out anew is silent for as long, but not longer than
 *  its members have to join again. */
export const WATCHDOG_LIMITS: WatchdogLimits = { stalledAfterMs: 10_000, lostAfterMs: 25_000 };

/** Judges looks, one after the other. Progress is a change of `applied`; where nothing waits, none
 *  is due. */
export function createWatchdog(limits: WatchdogLimits = WATCHDOG_LIMITS): (look: Look) => Health {
  let before: Look | undefined;
  let movedAtMs = 0;
  let triedAtMs = 0;
  return (look) => {
    const { nowMs, silentMs } = look;
    if (look.applied !== before?.applied || look.lag === 0) movedAtMs = nowMs;
    if (look.tried !== before?.tried || movedAtMs === nowMs) triedAtMs = nowMs;
    before = look;
    if (Math.max(nowMs - triedAtMs, silentMs) >= limits.lostAfterMs) return "lost";
    const isStalled = Math.max(nowMs - movedAtMs, silentMs) >= limits.stalledAfterMs;
    return isStalled ? "stalled" : "well";
  };
}

/** How far the owned partitions are applied, and how much of the log waits, in sum and by
 *  partition. Throws `log_unavailable` where the log does not say where it ends. */
export async function lookAt(
  subscription: Pick<LogSubscription, "assigned">,
  log: Pick<EventLog, "watermarks">,
  store: Pick<StateReader, "position">,
): Promise<Pick<Look, "applied" | "lag"> & { readonly lags: ReadonlyMap<Partition, number> }> {
  const lags = new Map<Partition, number>();
  let applied = 0;
  let lag = 0;
  for (const partition of subscription.assigned()) {
    const { first, next } = await log.watermarks(partition);
    const at = store.position(partition)?.next ?? 0;
    applied += at;
    const waiting = Math.max(0, next - Math.max(first, at));
    lags.set(partition, waiting);
    lag += waiting;
  }
  return { applied, lag, lags };
}
