import { minimumSupport } from "./prepare/minimum-support.ts";
import { readLog } from "./read-log.ts";
import type { Sequences } from "./sequences.ts";

export interface ReadingRules {
  /** Where the player has no sessions of its own, one ends after this silence. */
  readonly idleTimeoutMs: number;
  /** Tracks with fewer events are left out of the vocabulary; their events are still heard. */
  readonly trackSupportMin: number;
}

/** Reads a log folder as it is, with nothing left out but rare tracks. Throws `bad_log_folder`,
 *  `bad_configuration` where no track is often enough, and the reason of `signal`. */
export async function readSequences(
  folder: string,
  rules: ReadingRules,
  signal?: AbortSignal,
): Promise<Sequences> {
  const log = await readLog(folder, rules.idleTimeoutMs, signal);
  const everything = { sessionEnds: log.sessionEnds, sessions: log.sessionOrder };
  return minimumSupport(log, rules.trackSupportMin, everything);
}
