import type { NextTracksRequest, Seeds } from "../proto/gen/segue/v1/recommender.ts";
import type { OptionSpec, Options } from "./command.ts";

/** The common wishes for a list, of all that `NextTracksRequest` takes. */
export const LIST_OPTIONS = {
  filter: { type: "text", help: "only tracks that pass, in CEL: 'track.release_year > 1990'" },
  market: { type: "text", help: "only tracks for this country, as DE" },
  "per-artist": { type: "number", help: "at most so many tracks of an artist" },
  "per-album": { type: "number", help: "at most so many tracks of an album" },
  "no-duplicates": { type: "flag", help: "no two tracks of one recording" },
  unheard: { type: "number", help: "least share of tracks that were not heard, 0 to 1" },
  "long-tail": { type: "number", help: "least share of tracks of the long tail, 0 to 1" },
  "seed-tracks": { type: "text", help: "list of these instead, by comma" },
  "seed-artists": { type: "text", help: "the same, of artists by their ids" },
  "seed-genres": { type: "text", help: "the same, of genres" },
  path: { type: "text", help: "from one track to another, as FROM,TO" },
  tempo: { type: "number", help: "towards so many beats per minute" },
  energy: { type: "number", help: "towards this energy, 0 to 1" },
  valence: { type: "number", help: "towards this mood, 0 (sad) to 1 (glad)" },
  novelty: { type: "number", help: "to rare tracks (1) or popular ones (-1)" },
  horizon: { type: "number", help: 'from "this minute" (0) to "all my life" (1)' },
  diversity: { type: "number", help: "how much tracks must differ, 0 to 1" },
  explore: { type: "number", help: "draw from the best 50: the share of even chances, 0 to 1" },
  seed: { type: "number", help: "seed of what is drawn" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What the options ask of a list; what is not given is left out. */
export function listWishes(options: Options): Partial<NextTracksRequest> {
  const number = options.numberIfGiven;
  const target = {
    targetTempo: number("tempo"),
    targetEnergy: number("energy"),
    targetValence: number("valence"),
  };
  const hasTarget = Object.values(target).some((value) => value !== undefined);
  const uniform = number("explore");
  const path = options.textIfGiven("path")?.split(",");
  const rules = rulesOf(options);
  const seeds = seedsOf(options);
  return {
    filter: options.textIfGiven("filter") ?? "",
    market: options.textIfGiven("market") ?? "",
    ...(rules && { rules }),
    ...(seeds && { seeds }),
    ...(path && { path: { fromTrack: path[0] ?? "", toTrack: path[1] ?? "" } }),
    ...(hasTarget && { attributes: target }),
    ...(uniform !== undefined && {
      exploration: { uniform, temperature: 0, seed: number("seed") },
    }),
    novelty: number("novelty"),
    horizon: number("horizon"),
    diversity: number("diversity") ?? 0,
  };
}

function rulesOf(options: Options): NextTracksRequest["rules"] {
  const limit = (name: string) => {
    const tracksMax = options.numberIfGiven(name);
    return tracksMax === undefined ? undefined : { tracksMax, window: 0 };
  };
  const [perArtist, perAlbum] = [limit("per-artist"), limit("per-album")];
  const unheardShareMin = options.numberIfGiven("unheard") ?? 0;
  const longTailShareMin = options.numberIfGiven("long-tail") ?? 0;
  const noNearDuplicates = options.flag("no-duplicates");
  const isAsked = perArtist ?? perAlbum ?? (unheardShareMin || longTailShareMin);
  if (!isAsked && !noNearDuplicates) return undefined;
  return {
    perArtist,
    perAlbum,
    noNearDuplicates,
    unheardShareMin,
    longTailShareMin,
    notHeardWithinMs: 0,
  };
}

function seedsOf(options: Options): Seeds | undefined {
  const list = (name: string) => {
    const ids = options.textIfGiven(name)?.split(",") ?? [];
    return ids.map((id) => ({ id: id.trim() }));
  };
  const tracks = list("seed-tracks");
  const artists = list("seed-artists");
  const genres = list("seed-genres");
  const isAsked = tracks.length + artists.length + genres.length > 0;
  return isAsked ? { tracks, artists, genres } : undefined;
}
