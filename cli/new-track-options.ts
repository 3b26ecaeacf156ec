import { Failure } from "../core/domain/failure.ts";
import { NEW_TRACKS_MAX } from "../scorer/catalogue/new-tracks/new-tracks.ts";
import type { OptionSpec, Options } from "./command.ts";

export const NEW_TRACK_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "new-tracks-max": {
    type: "number",
    help: "how many tracks that the bundle does not know are recommended at most; 0 for none",
    default: NEW_TRACKS_MAX,
  },
};

/** A new track takes about as much memory as its vectors; more than these want a new bundle. */
const MOST = 1_000_000;

/** Throws `bad_configuration` where it is no number of tracks. */
export function newTracksMaxOf(options: Options): number {
  const max = options.number("new-tracks-max");
  if (Number.isInteger(max) && max >= 0 && max <= MOST) return max;
  const message = `--new-tracks-max is ${max}, not a whole number from 0 to ${MOST}`;
  throw new Failure("bad_configuration", message, { field: "--new-tracks-max" });
}
