import { NEW_TRACKS_MAX } from "../scorer/catalogue/new-tracks/new-tracks.ts";
import type { OptionSpec, Options } from "./command.ts";
import { wholeNumberOf } from "./whole-number.ts";

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
  return wholeNumberOf(options, "new-tracks-max", { least: 0, most: MOST });
}
