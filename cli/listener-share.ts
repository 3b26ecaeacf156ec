import { type Options, UsageError } from "./command.ts";

/** The part of the listeners that a measuring command is to take. */
export function listenerShareOf(options: Options): number {
  const share = options.number("listener-share");
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`--listener-share must be above 0 and at most 1, not ${share}`);
}
