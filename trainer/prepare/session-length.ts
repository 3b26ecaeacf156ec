import type { Sequences } from "../sequences.ts";
import { allPlays, type KeptPlays } from "./kept-plays.ts";
import type { SessionLengthConfig } from "./preparing-config.ts";

/** Leaves out sessions of fewer than `playsMin` plays, and what comes after `playsMax` of them. */
export function sessionLength(
  log: Sequences,
  { playsMin, playsMax }: SessionLengthConfig,
): KeptPlays {
  return allPlays(log).map((plays) => (plays < playsMin ? 0 : Math.min(plays, playsMax)));
}
