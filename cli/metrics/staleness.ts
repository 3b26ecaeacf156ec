import type { Offset, Partition } from "../../core/domain/ids.ts";
import type { EventLog } from "../../core/log/event-log.ts";
import type { AppliedPosition, StateReader } from "../../core/state/session-store.ts";
import { pause } from "../stop-signal.ts";
import type { Metrics } from "./metrics.ts";

/** How often the log is asked where it ends. */
const LOOK_MS = 2_000;

export interface StalenessParts {
  readonly metrics: Metrics;
  readonly log: Pick<EventLog, "partitions" | "watermarks">;
  readonly state: Pick<StateReader, "position">;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly nowMs: () => number;
  /** Whether another host owns the partition: it then says how stale it is. */
  readonly isOthers?: ((partition: Partition) => boolean) | undefined;
}

/** Shows how stale each partition's state is, until `signal` is raised. Seen from the reading side,
 *  so that an ingest that is down shows, too. A log that does not answer leaves what it said last,
 *  so what was waiting then grows older. */
export async function watchStaleness(parts: StalenessParts, signal: AbortSignal): Promise<void> {
  const { metrics, log, state, nowMs, isOthers } = parts;
  const ends = new Map<Partition, Offset>();
  const gauge = metrics.gauge("segue_state_stale_seconds");
  metrics.beforeScrape(() => {
    for (const [partition, next] of ends) {
      if (isOthers?.(partition)) {
        gauge.remove({ partition });
        continue;
      }
      const seconds = staleSeconds(state.position(partition), next, nowMs());
      gauge.set({ partition }, seconds);
    }
  });
  while (!signal.aborted) {
    for (let number = 0; number < log.partitions && !signal.aborted; number++) {
      const partition = number as Partition;
      const known = ends.get(partition);
      const next = await log.watermarks(partition).then(
        (watermarks) => watermarks.next,
        () => known,
      );
      if (next !== undefined) ends.set(partition, next);
    }
    await pause(LOOK_MS, signal);
  }
}

/** 0 where nothing waits; where nothing was ever applied, nobody knows since when it waits, and
 *  that counts as 0, too. */
export function staleSeconds(
  position: AppliedPosition | undefined,
  next: Offset,
  nowMs: number,
): number {
  if (position === undefined || position.next >= next) return 0;
  return Math.max(0, nowMs - position.appendedAtMs) / 1000;
}
