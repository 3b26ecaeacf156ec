import { type OptionSpec, type Options, UsageError } from "./command.ts";

export const LISTENER_SHARE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "listener-share": {
    type: "number",
    help: "share of the listeners to measure, drawn by their ids: quicker, wider intervals",
    default: 1,
  },
};

/** The part of the listeners that a measuring command is to take. */
export function listenerShareOf(options: Options): number {
  const share = options.number("listener-share");
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`--listener-share must be above 0 and at most 1, not ${share}`);
}
