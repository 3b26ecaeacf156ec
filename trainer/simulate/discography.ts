import { type Chance, drawWeighted } from "./chance.ts";
import { artistName, trackTitle } from "./names.ts";
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
  chance: Chance,
  genres: readonly Direction[],
  tracksMax: number,
): Discography {
  const made: Discography = { tracks: [], artists: [], albums: [], fame: [] };
  const names = new Set<string>();
  const genreShares = genres.map((_, rank) => 1 / (rank + 3));
  while (made.tracks.length < tracksMax) {
    const genre = drawWeighted(chance, genreShares);
    const artist = {
      id: `a${made.artists.length}`,
      title: artistName(chance, names),
      genre,
      direction: near(chance, genres[genre]!, RULES.artistSpread),
    };
    const tracks: number[] = [];
    const albums = 1 + chance.below(RULES.albumsPerArtistMax);
    for (let count = 0; count < albums && made.tracks.length < tracksMax; count++) {
      tracks.push(...addAlbum(chance, made, { ...artist, tracksMax }));
    }
    made.artists.push({ ...artist, tracks });
    made.fame.push(chance.normal());
  }
  return made;
}

/** Adds an album of the artist who comes next, and returns its tracks. */
function addAlbum(
  chance: Chance,
  made: Discography,
  artist: { genre: number; direction: Direction; tracksMax: number },
): number[] {
  const range = RULES.tracksPerAlbumMax - RULES.tracksPerAlbumMin + 1;
  const left = artist.tracksMax - made.tracks.length;
  const length = Math.min(left, RULES.tracksPerAlbumMin + chance.below(range));
  const first = made.tracks.length;
  const album = {
    id: `b${made.albums.length}`,
    title: trackTitle(chance),
    artist: made.artists.length,
    direction: near(chance, artist.direction, RULES.albumSpread),
    tracks: Array.from({ length }, (_, number) => first + number),
    releaseDate: releaseDate(chance),
  };
  const digits = String(artist.tracksMax - 1).length;
  for (const track of album.tracks) {
    made.tracks.push({
      id: `t${String(track).padStart(digits, "0")}`,
      title: trackTitle(chance),
      genre: artist.genre,
      artist: album.artist,
      album: made.albums.length,
      lengthMs: trackLength(chance),
      direction: near(chance, album.direction, RULES.trackSpread),
    });
  }
  made.albums.push(album);
  return album.tracks;
}

/** A day of the last forty years, more likely a late one. */
function releaseDate(chance: Chance): string {
  const year = RULES.newestYear - Math.floor(RULES.oldestYears * chance.uniform() ** 2);
  const month = String(1 + chance.below(12)).padStart(2, "0");
  const day = String(1 + chance.below(28)).padStart(2, "0");
  return `${year}-${month}-${day}`;
}

function trackLength(chance: Chance): number {
  const factor = Math.exp(RULES.trackLengthDeviation * chance.normal());
  return Math.round((RULES.trackLengthMedianMs * factor) / 1000) * 1000;
}
