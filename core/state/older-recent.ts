import type { RecentEvent } from "./listener-record.ts";
import { rememberedFraction, rememberedTimeMs } from "./remembered.ts";

/** Recent events of a record of format 1 or 2, whose times and fractions were exact, as they would
 *  be remembered now. A gap stays what it was but for the step of a time at each of its ends. */
export function asRemembered(recent: readonly RecentEvent[]): RecentEvent[] {
  return recent.map((event) => ({
    ...event,
    happenedAtMs: rememberedTimeMs(event.happenedAtMs),
    fractionPlayed: rememberedFraction(event.fractionPlayed),
    gapMs: gapBetween(event),
  }));
}

/** From the quarter second of the event before to this one's. */
function gapBetween({ happenedAtMs, gapMs }: RecentEvent): number {
  return gapMs === 0 ? 0 : rememberedTimeMs(happenedAtMs) - rememberedTimeMs(happenedAtMs - gapMs);
}
