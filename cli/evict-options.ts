import { Failure } from "../core/domain/failure.ts";
import type { OptionSpec, Options } from "./command.ts";

export const EVICT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "evict-after-days": {
    type: "number",
    help: "listeners who were silent for so long keep their long-term part alone; 0: never",
    default: 0,
  },
};

const DAY_MS = 24 * 60 * 60 * 1000;
/** A thousand years, which no time in milliseconds comes near the end of. */
const DAYS_MAX = 365_000;

/** Undefined where nobody is ever evicted. Throws `bad_configuration` for less than a day, by which
 *  a player's clock may be wrong. */
export function evictAfterMs(options: Options): number | undefined {
  const days = options.number("evict-after-days");
  if (days === 0) return undefined;
  if (days >= 1 && days <= DAYS_MAX) return Math.round(days * DAY_MS);
  const message = `--evict-after-days is ${days}, neither 0 nor 1 to ${DAYS_MAX}`;
  throw new Failure("bad_configuration", message, { field: "--evict-after-days" });
}
