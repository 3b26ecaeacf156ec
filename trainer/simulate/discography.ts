import { artistName, trackTitle } from "./names.ts";
import { drawWeighted, type Random } from "./random.ts";
import { type Direction, near } from "./taste-space.ts";
import type { Album, Artist, Track } from "./world.ts";
import { WORLD_RULES as RULES } from "./world-rules.ts";

/** A track before its popularity is known; likewise artists and albums here. */
export type UnrankedTrack = Omit<Track, "popularity">;

export interface Discography {
  readonly tracks: UnrankedTrack[];
  readonly artists: Omit<Artist, "popularity">[];
  readonly albums: Omit<Album, "popularity">[];
  /** By artist: how well known, mean 0, deviation 1. */
  readonly fame: number[];
}

/** Artists near their genres, albums near their artists and tracks near their albums, until there
 *  are `tracksMax` tracks. */
export function makeDiscography(
  random: Random,
  genres: readonly Direction[],
  tracksMax: number,
): Discography {
  const made: Discography = { tracks: [], artists: [], albums: [], fame: [] };
  const names = new Set<string>();
  const genreShares = genres.map((_, rank) => 1 / (rank + 3));
  while (made.tracks.length < tracksMax) {
    const genre = drawWeighted(random, genreShares);
    const artist = {
      id: `a${made.artists.length}`,
      title: artistName(random, names),
      genre,
      direction: near(random, genres[genre]!, RULES.artistSpread),
    };
    const tracks: number[] = [];
    const albums = 1 + random.below(RULES.albumsPerArtistMax);
    for (let count = 0; count < albums && made.tracks.length < tracksMax; count++) {
      tracks.push(...addAlbum(random, made, { ...artist, tracksMax }));
    }
    made.artists.push({ ...artist, tracks });
    made.fame.push(random.normal());
  }
  return made;
}

/** Adds an album of the artist who comes next, and returns its tracks. */
function addAlbum(
  random: Random,
  made: Discography,
  artist: { genre: number; direction: Direction; tracksMax: number },
): number[] {
  const range = RULES.tracksPerAlbumMax - RULES.tracksPerAlbumMin + 1;
  const left = artist.tracksMax - made.tracks.length;
  const length = Math.min(left, RULES.tracksPerAlbumMin + random.below(range));
  const first = made.tracks.length;
  const album = {
    id: `b${made.albums.length}`,
    title: trackTitle(random),
    artist: made.artists.length,
    direction: near(random, artist.direction, RULES.albumSpread),
    tracks: Array.from({ length }, (_, number) => first + number),
    releaseDate: releaseDate(random),
  };
  const digits = String(artist.tracksMax - 1).length;
  for (const track of album.tracks) {
    made.tracks.push({
      id: `t${String(track).padStart(digits, "0")}`,
      title: trackTitle(random),
      genre: artist.genre,
      artist: album.artist,
      album: made.albums.length,
      lengthMs: trackLength(random),
      direction: near(random, album.direction, RULES.trackSpread),
    });
  }
  made.albums.push(album);
  return album.tracks;
}

/** A day of the last forty years, more likely a late one. */
function releaseDate(random: Random): string {
  const year = RULES.newestYear - Math.floor(RULES.oldestYears * random.uniform() ** 2);
  const month = String(1 + random.below(12)).padStart(2, "0");
  const day = String(1 + random.below(28)).padStart(2, "0");
  return `${year}-${month}-${day}`;
}

function trackLength(random: Random): number {
  const factor = Math.exp(RULES.trackLengthDeviation * random.normal());
  return Math.round((RULES.trackLengthMedianMs * factor) / 1000) * 1000;
}
