import { setTimeout as sleep } from "node:timers/promises";
import type { LogPosition } from "../core/log/event-log.ts";
import { CATCH_UP_LIMITS } from "./limits.ts";
import { orNotice } from "./or-notice.ts";
import type { NextTracksQuery } from "./recommendation.ts";
import type { Scorer } from "./scorer.ts";

/** Waits until `wanted` was applied to the store, or until there is just time left to answer.
 *  Returns whether it was; false at once where the store cannot be read. */
export async function waitUntilHeard(
  scorer: Waiting,
  { deadlineAtMs = Number.POSITIVE_INFINITY, signal }: Patience,
  wanted: LogPosition,
): Promise<boolean> {
  const { pollMs, waitMs, marginMs } = CATCH_UP_LIMITS;
  const untilMs = Math.min(performance.now() + waitMs, deadlineAtMs - marginMs);
  for (;;) {
    signal?.throwIfAborted();
    // Before the look, so that no commit falls between the two.
    const commit = scorer.state.nextCommit?.() ?? sleep(pollMs);
    const read = orNotice(scorer, () => ({ position: scorer.state.position(wanted.partition) }));
    if (read === undefined) return false;
    if (read.position !== undefined && read.position.next > wanted.offset) return true;
    if (performance.now() >= untilMs) return false;
    await commit;
  }
}

/** How long the caller waits. */
type Patience = Pick<NextTracksQuery, "deadlineAtMs" | "signal">;
type Waiting = Pick<Scorer, "state" | "notice">;
