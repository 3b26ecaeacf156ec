import type { Sequences } from "../sequences.ts";
import type { KeptPlays } from "./kept-plays.ts";
import type { SessionLengthConfig } from "./preparing-config.ts";

/** Leaves out sessions of fewer than `playsMin` plays, and what comes after `playsMax` of them. */
export function sessionLength(
  { sessionStarts, sessionOrder }: Sequences,
  { playsMin, playsMax }: SessionLengthConfig,
): KeptPlays {
  return Int32Array.from(sessionOrder, (_, session) => {
    const plays = sessionStarts[session + 1]! - sessionStarts[session]!;
    return plays < playsMin ? 0 : Math.min(plays, playsMax);
  });
}
