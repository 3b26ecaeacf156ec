import { type Chance, seededChance } from "./chance.ts";
import { makeDiscography, type UnrankedTrack } from "./discography.ts";
import { trackTitle } from "./names.ts";
import { makeStations } from "./stations.ts";
import { blend, type Direction, fit, near, randomDirection } from "./taste-space.ts";
import type { Collection, Playlist, Track, World } from "./world.ts";
import { GENRES, MOODS, WORLD_RULES as RULES } from "./world-rules.ts";

/** Everything but the listeners, decided by the seed alone. */
export function makeWorld(options: { seed: number; tracks: number }): World {
  const chance = seededChance(options.seed, "world");
  const genres = GENRES.map(() => randomDirection(chance, RULES.dimensions));
  const moods = MOODS.map(() => someGenres(chance, genres));
  const discography = makeDiscography(chance, genres, options.tracks);
  const tracks = withPopularity(chance, discography.tracks, discography.fame);
  const albums = discography.albums.map((album) => ({ ...album, popularity: sum(album, tracks) }));
  const artists = discography.artists.map((artist) => ({
    ...artist,
    // Whoever plays an artist hears the best-known tracks first.
    tracks: artist.tracks.toSorted(byPopularity(tracks)),
    popularity: sum(artist, tracks),
  }));
  const ranked = tracks.map((_, index) => index).sort(byPopularity(tracks));
  const playlists = makePlaylists(chance, { genres, moods, tracks });
  const chart = ranked.slice(0, RULES.chartTracks);
  const stationTracks = makeStations({ tracks, artists });
  return { genres, moods, tracks, artists, albums, playlists, chart, stationTracks };
}

function someGenres(chance: Chance, genres: readonly Direction[]): Direction {
  const genre = () => genres[chance.below(genres.length)]!;
  return blend([
    [1, genre()],
    [0.7, genre()],
    [0.4, genre()],
  ]);
}

/** Popularity by Zipf's law over ranks; a famous artist's tracks tend to the first ranks. */
function withPopularity(
  chance: Chance,
  tracks: readonly UnrankedTrack[],
  fame: readonly number[],
): Track[] {
  const appeal = tracks.map(({ artist }) => fame[artist]! + chance.normal());
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
  chance: Chance,
  world: Pick<World, "genres" | "moods" | "tracks">,
): Playlist[] {
  const count = Math.max(6, Math.round(world.tracks.length / RULES.tracksToAPlaylist));
  return Array.from({ length: count }, (_, index) => {
    const themes = index % 3 === 0 ? world.moods : world.genres;
    const direction = near(chance, themes[chance.below(themes.length)]!, RULES.artistSpread);
    const range = RULES.tracksPerPlaylistMax - RULES.tracksPerPlaylistMin + 1;
    const length = Math.min(world.tracks.length, RULES.tracksPerPlaylistMin + chance.below(range));
    const tracks = pickFitting(chance, { world, direction, length });
    const popularity = 1 / (index + 2);
    return { id: `p${index}`, title: trackTitle(chance), direction, tracks, popularity };
  });
}

/** Draws `length` tracks without putting back, with a chance that rises with fit and popularity:
 *  the largest of log weight plus Gumbel noise. They play in the order of the draw. */
function pickFitting(
  chance: Chance,
  wanted: { world: Pick<World, "tracks">; direction: Direction; length: number },
): number[] {
  const keys = wanted.world.tracks.map((track) => {
    const gumbel = -Math.log(-Math.log(chance.uniform() || Number.MIN_VALUE));
    const weight = RULES.choiceSharpness * 2 * fit(track.direction, wanted.direction);
    return weight + RULES.choicePopularity * Math.log(track.popularity) + gumbel;
  });
  const order = keys.map((_, index) => index).sort((a, b) => keys[b]! - keys[a]! || a - b);
  return order.slice(0, wanted.length);
}
