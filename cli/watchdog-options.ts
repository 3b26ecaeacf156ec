import { WATCHDOG_LIMITS, type WatchdogLimits } from "../ingest/watchdog.ts";
import type { OptionSpec, Options } from "./command.ts";
import { wholeNumberOf } from "./whole-number.ts";

export const WATCHDOG_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "lost-after-ms": {
    type: "number",
    help: "ingest that moves nothing for so long, though records wait, ends itself",
    default: WATCHDOG_LIMITS.lostAfterMs,
  },
};

const LOST_AFTER_MS_MIN = 1_000;

/** Throws `bad_configuration` for a time that is none. */
export function watchdogLimits(options: Options): WatchdogLimits {
  const lostAfterMs = wholeNumberOf(options, "lost-after-ms", { least: LOST_AFTER_MS_MIN });
  const { stalledAfterMs } = WATCHDOG_LIMITS;
  return { lostAfterMs, stalledAfterMs: Math.min(stalledAfterMs, lostAfterMs / 2) };
}
