/** Pauses before a process that ended by itself is started again: the first, and the longest. */
const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 30_000;
/** A process that lived for so long was well: what ended it is a new trouble. */
const WELL_AFTER_MS = 60_000;
/** Ends in a row after which it is not started again: something is wrong that a restart does not
 *  mend. Up to here some 40 minutes pass, in which a broker may come back. */
const ENDS_MAX = 80;

/** Ends of a process that followed soon on each other. */
export interface Ends {
  readonly inARow: number;
}

export const NO_ENDS: Ends = { inARow: 0 };

/** What to do about a process that ended after `livedMs`: wait so long and start it again, or give
 *  up where the pause is undefined. */
export function afterEnd(
  ends: Ends,
  livedMs: number,
): { readonly ends: Ends; readonly pauseMs: number | undefined } {
  const inARow = livedMs >= WELL_AFTER_MS ? 1 : ends.inARow + 1;
  const pauseMs = Math.min(PAUSE_FIRST_MS * 2 ** (inARow - 1), PAUSE_MAX_MS);
  return { ends: { inARow }, pauseMs: inARow > ENDS_MAX ? undefined : pauseMs };
}
