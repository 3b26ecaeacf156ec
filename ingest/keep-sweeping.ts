import { Failure } from "../core/domain/failure.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import type { Sweep } from "./sweep-idle.ts";

export interface SweepingOptions {
  readonly sweep: Sweep;
  /** Batches that are applied now. */
  readonly underWay: () => number;
  /** Told how many listeners a look evicted. */
  readonly onEvicted: (count: number) => void;
  readonly onNotice: LogNoticeListener;
  /** Resolves after a while, and at once where `signal` is raised. */
  readonly pause: (durationMs: number, signal: AbortSignal) => Promise<void>;
}

/** Between two looks: a million listeners take 21 minutes. */
const LOOK_WAIT_MS = 250;
/** So many looks are left out while batches are applied, then one is made all the same. */
const LEFT_OUT_MAX = 20;
/** Between two rounds. Who becomes idle meanwhile costs room for so long, and nothing else. */
const ROUND_WAIT_MS = 60 * 60 * 1000;

/** Sweeps, a few listeners at a time and mostly while nothing else is done, until `signal` is
 *  raised. */
export async function keepSweeping(options: SweepingOptions, signal: AbortSignal): Promise<void> {
  const { sweep, underWay, onEvicted, onNotice, pause } = options;
  for (let leftOut = 0; !signal.aborted; ) {
    await pause(LOOK_WAIT_MS, signal);
    if (signal.aborted) return;
    if (underWay() > 0 && leftOut < LEFT_OUT_MAX) {
      leftOut += 1;
      continue;
    }
    leftOut = 0;
    try {
      onEvicted(await sweep.look());
      if (sweep.isRound()) await pause(ROUND_WAIT_MS, signal);
    } catch (cause) {
      // A batch was applied meanwhile; the same listeners are looked at again.
      if (cause instanceof Failure && cause.code === "stale_owner") continue;
      onNotice({ level: "warning", message: "idle listeners cannot be evicted for now", cause });
    }
  }
}
