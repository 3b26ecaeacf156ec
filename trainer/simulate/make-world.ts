import { makeDiscography, type UnrankedTrack } from "./discography.ts";
import { trackTitle } from "./names.ts";
import { type Random, seededRandom } from "./random.ts";
import { makeStations } from "./stations.ts";
import { blend, type Direction, fit, near, randomDirection } from "./taste-space.ts";
import type { Collection, Playlist, Track, World } from "./world.ts";
import { GENRES, MOODS, WORLD_RULES as RULES } from "./world-rules.ts";

/** Everything but the listeners, decided by the seed alone. */
export function makeWorld(options: { seed: number; tracks: number }): World {
  const random = seededRandom(options.seed, "world");
  const genres = GENRES.map(() => randomDirection(random, RULES.dimensions));
  const moods = MOODS.map(() => someGenres(random, genres));
  const discography = makeDiscography(random, genres, options.tracks);
  const tracks = withPopularity(random, discography.tracks, discography.fame);
  const albums = discography.albums.map((album) => ({ ...album, popularity: sum(album, tracks) }));
  const artists = discography.artists.map((artist) => ({
    ...artist,
    // Whoever plays an artist hears the best-known tracks first.
    tracks: artist.tracks.toSorted(byPopularity(tracks)),
    popularity: sum(artist, tracks),
  }));
  const ranked = tracks.map((_, index) => index).sort(byPopularity(tracks));
  const playlists = makePlaylists(random, { genres, moods, tracks });
  const chart = ranked.slice(0, RULES.chartTracks);
  const stationTracks = makeStations({ tracks, artists });
  return { genres, moods, tracks, artists, albums, playlists, chart, stationTracks };
}

function someGenres(random: Random, genres: readonly Direction[]): Direction {
  const genre = () => genres[random.below(genres.length)]!;
  return blend([
    [1, genre()],
    [0.7, genre()],
    [0.4, genre()],
  ]);
}

/** Popularity by Zipf's law over ranks; a famous artist's tracks tend to the first ranks. */
function withPopularity(
  random: Random,
  tracks: readonly UnrankedTrack[],
  fame: readonly number[],
): Track[] {
  const appeal = tracks.map(({ artist }) => fame[artist]! + random.normal());
  const order = tracks.map((_, index) => index).sort((a, b) => appeal[b]! - appeal[a]! || a - b);
  const shares = tracks.map((_, rank) => (rank + 1) ** -RULES.zipfExponent);
  const total = shares.reduce((all, share) => all + share, 0);
  const popularity = new Float64Array(tracks.length);
  for (const [rank, index] of order.entries()) popularity[index] = shares[rank]! / total;
  return tracks.map((track, index) => ({ ...track, popularity: popularity[index]! }));
}

function byPopularity(tracks: readonly Track[]): (one: number, other: number) => number {
  return (one, other) => tracks[other]!.popularity - tracks[one]!.popularity || one - other;
}

function sum(collection: Pick<Collection, "tracks">, tracks: readonly Track[]): number {
  return collection.tracks.reduce((all, track) => all + tracks[track]!.popularity, 0);
}

/** Playlists gather tracks that fit a theme, which is a genre or a mood. */
function makePlaylists(
  random: Random,
  world: Pick<World, "genres" | "moods" | "tracks">,
): Playlist[] {
  const count = Math.max(6, Math.round(world.tracks.length / RULES.tracksToAPlaylist));
  return Array.from({ length: count }, (_, index) => {
    const themes = index % 3 === 0 ? world.moods : world.genres;
    const direction = near(random, themes[random.below(themes.length)]!, RULES.artistSpread);
    const range = RULES.tracksPerPlaylistMax - RULES.tracksPerPlaylistMin + 1;
    const length = Math.min(world.tracks.length, RULES.tracksPerPlaylistMin + random.below(range));
    const tracks = pickFitting(random, { world, direction, length });
    const popularity = 1 / (index + 2);
    return { id: `p${index}`, title: trackTitle(random), direction, tracks, popularity };
  });
}

/** Draws `length` tracks without putting back, with a chance that rises with fit and popularity:
 *  the largest of log weight plus Gumbel noise. They play in the order of the draw. */
function pickFitting(
  random: Random,
  wanted: { world: Pick<World, "tracks">; direction: Direction; length: number },
): number[] {
  const keys = wanted.world.tracks.map((track) => {
    const gumbel = -Math.log(-Math.log(random.uniform() || Number.MIN_VALUE));
    const weight = RULES.choiceSharpness * 2 * fit(track.direction, wanted.direction);
    return weight + RULES.choicePopularity * Math.log(track.popularity) + gumbel;
  });
  const order = keys.map((_, index) => index).sort((a, b) => keys[b]! - keys[a]! || a - b);
  return order.slice(0, wanted.length);
}
