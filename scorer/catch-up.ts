import { setTimeout as sleep } from "node:timers/promises";
import type { LogPosition } from "../core/log/event-log.ts";
import { CATCH_UP_LIMITS } from "./limits.ts";
import { orNotice } from "./or-notice.ts";
import type { Scorer } from "./scorer.ts";

/** Waits until `wanted` was applied to the store, or until there is just time left to answer. Returns
 *  whether it was. */
export async function waitUntilHeard(
  scorer: Waiting,
  { deadlineAtMs = Number.POSITIVE_INFINITY }: { readonly deadlineAtMs?: number | undefined },
  wanted: LogPosition,
): Promise<boolean> {
  const { pollMs, waitMs, marginMs } = CATCH_UP_LIMITS;
  const untilMs = Math.min(scorer.now() + waitMs, deadlineAtMs - marginMs);
  while (!wasHeard(scorer, wanted)) {
    if (scorer.now() >= untilMs) return false;
    await sleep(pollMs);
  }
  return true;
}

type Waiting = Pick<Scorer, "state" | "now" | "notice">;

function wasHeard(scorer: Waiting, wanted: LogPosition): boolean {
  const position = orNotice(scorer, () => scorer.state.position(wanted.partition));
  return position !== undefined && position.next > wanted.offset;
}
