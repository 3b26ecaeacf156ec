import { BUNDLE_LIMITS as LIMITS } from "./limits.ts";
import type { CoplayManifest, NeighboursManifest, RunsManifest } from "./manifest.ts";
import {
  anyObject,
  badBundle,
  exactObject,
  fileName,
  numberIn,
  wholeNumber,
} from "./manifest-fields.ts";

/** The keys of the manifest's sources that name files. */
export const SOURCE_FILES = [
  ["neighbours", "session_starts"],
  ["neighbours", "session_tracks"],
  ["coplay", "starts"],
  ["coplay", "successors"],
  ["coplay", "shares"],
  ["runs", "played"],
  ["runs", "places"],
] as const;

/** Checks the manifest's sources; returns the names of those that there are. */
export function checkSources(value: unknown): readonly string[] {
  const sources = exactObject(value, "sources", [], ["neighbours", "coplay", "runs"]);
  const names = Object.keys(sources);
  if (names.length === 0) throw badBundle("sources", "must hold at least one source");
  if (names.includes("neighbours")) checkNumbers(sources.neighbours, "neighbours", NEIGHBOURS);
  if (names.includes("coplay")) checkNumbers(sources.coplay, "coplay", COPLAY);
  if (names.includes("runs")) {
    if (!names.includes("coplay")) throw badBundle("sources.runs", "needs sources.coplay");
    checkNumbers(sources.runs, "runs", RUNS);
  }
  return names;
}

type Range = readonly [least: number, most: number, form: "whole" | "real"];

const NEIGHBOURS: Readonly<Partial<Record<keyof NeighboursManifest, Range>>> = {
  sessions: [1, LIMITS.neighbourSessionsMax, "whole"],
  plays: [1, LIMITS.neighbourPlaysMax, "whole"],
  neighbours_max: [1, LIMITS.neighboursMax, "whole"],
  sessions_per_track_max: [1, LIMITS.sessionsPerTrackMax, "whole"],
  recency_sessions: [1, LIMITS.recencySessionsMax, "real"],
  sharpness: [0, LIMITS.sharpnessMax, "real"],
};

const COPLAY: Readonly<Partial<Record<keyof CoplayManifest, Range>>> = {
  pairs: [1, LIMITS.coplayPairsMax, "whole"],
  tracks_max: [1, LIMITS.coplayTracksMax, "whole"],
  decay: [0, 1, "real"],
  sharpness: [0, LIMITS.sharpnessMax, "real"],
};

const RUNS: Readonly<Partial<Record<keyof RunsManifest, Range>>> = {
  plays: [1, LIMITS.runPlaysMax, "whole"],
  followed: [1, LIMITS.runPlaysMax, "whole"],
  tracks_max: [2, LIMITS.runTracksMax, "whole"],
  weight: [0, LIMITS.runWeightMax, "real"],
};

function checkNumbers(
  value: unknown,
  name: "neighbours" | "coplay" | "runs",
  ranges: Readonly<Record<string, Range>>,
): void {
  const files = SOURCE_FILES.filter(([source]) => source === name).map(([, key]) => key);
  const field = `sources.${name}`;
  const source = exactObject(anyObject(value, field), field, [...Object.keys(ranges), ...files]);
  for (const [key, [least, most, form]] of Object.entries(ranges)) {
    const check = form === "whole" ? wholeNumber : numberIn;
    check(source[key], `${field}.${key}`, { least, most });
  }
  for (const key of files) fileName(source[key], `${field}.${key}`);
}
