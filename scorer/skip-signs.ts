import type { SkipTerm } from "../core/bundle/manifest.ts";
import type { ContextKind, EventKind } from "../core/domain/listening-event.ts";

/** An event that a listener's record remembers, as far as it foretells a skip. */
export interface RememberedPlay {
  /** Undefined for a track that the bundle does not know. */
  readonly track: number | undefined;
  readonly kind: EventKind;
  readonly sessionStart: boolean;
  readonly context: ContextKind;
}

export type SkipSigns = Readonly<Partial<Record<SkipTerm, number>>>;

/** A longer row of skips says no more than one of so many. */
const STREAK_MAX = 3;

/** What the remembered events, oldest first, say of the next play whichever track it is. */
export function habitSigns(remembered: readonly RememberedPlay[]): SkipSigns {
  const last = remembered.at(-1);
  if (last === undefined) return {};
  const sessionFrom = Math.max(
    0,
    remembered.findLastIndex(({ sessionStart }) => sessionStart),
  );
  return {
    streak: streakOf(remembered),
    session_share: skippedShare(remembered.slice(sessionFrom)),
    recent_share: skippedShare(remembered),
    [`after_${last.context}`]: 1,
  };
}

/** What they say of one track. */
export function trackSigns(remembered: readonly RememberedPlay[], track: number): SkipSigns {
  const before = remembered.findLast((play) => play.track === track);
  if (before === undefined) return {};
  return { heard_again: 1, skipped_before: before.kind === "skipped" ? 1 : 0 };
}

function streakOf(remembered: readonly RememberedPlay[]): number {
  const lastKept = remembered.findLastIndex(({ kind }) => kind !== "skipped");
  return Math.min(STREAK_MAX, remembered.length - 1 - lastKept);
}

function skippedShare(plays: readonly RememberedPlay[]): number {
  return plays.filter(({ kind }) => kind === "skipped").length / plays.length;
}
