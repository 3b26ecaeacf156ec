import type { Bundle } from "../../core/bundle/bundle.ts";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import { trackHash } from "../../core/domain/hash.ts";
import type { TrackId, TrackIndex } from "../../core/domain/ids.ts";
import { addTrack, noTracks, removeTrack, type TrackBits } from "../retrieval/track-bits.ts";
import { type Dictionary, newDictionary } from "./dictionary.ts";
import { type ListColumn, newListColumn } from "./list-column.ts";
import type { NewTracks } from "./new-tracks/new-tracks.ts";

/** What the catalogue knows of the tracks of one bundle and of new ones, by track index, laid out
 *  for filters and rules that look at all of them. `set` changes it in place. */
export interface CatalogueColumns {
  /** Rows of the bundle's tracks and, after them, room for new ones. */
  readonly count: number;
  /** No row at or above it is a track's. */
  end(): number;
  idOf(row: TrackIndex): TrackId | undefined;
  /** The tracks that the catalogue holds and that can be in a list. */
  readonly known: TrackBits;
  /** [count]: empty where the title is not known. */
  readonly titles: readonly string[];
  /** Codes of `artistIds`, the main artist first. */
  readonly artists: ListColumn;
  readonly artistIds: Dictionary;
  /** By code of `artistIds`. */
  readonly artistNames: readonly string[];
  /** [count]: 1 + the code in `albumIds`; 0 where the album is not known. */
  readonly albums: Uint32Array;
  readonly albumIds: Dictionary;
  /** By code of `albumIds`. */
  readonly albumTitles: readonly string[];
  readonly genres: ListColumn;
  readonly genreNames: Dictionary;
  readonly markets: ListColumn;
  readonly marketCodes: Dictionary;
  /** [count]: NaN where a number is not known, as below. */
  readonly durationMs: Float64Array;
  readonly releaseYear: Float64Array;
  readonly tempo: Float32Array;
  readonly energy: Float32Array;
  readonly valence: Float32Array;
  readonly popularity: Float32Array;
  /** [count]: 1 for an explicit track. */
  readonly explicit: Uint8Array;
  /** [count]: what equal recordings share, as a hash: of the recording's id, or else of the main
   *  artist and the title; NaN where neither is known. */
  readonly recording: Float64Array;
  /** Takes over what the catalogue says of a track now; undefined forgets it. A new track is not
   *  `known` by that. */
  set(row: TrackIndex, track: CatalogueTrack | undefined): void;
}

/** The rows of new tracks, after the bundle's. */
export type NewRows = Pick<NewTracks, "max" | "end" | "idOf">;

/** Columns of a catalogue that holds none of the bundle's tracks yet. */
export function newColumns(
  { trackIds }: Pick<Bundle, "trackIds">,
  fresh: NewRows = { max: 0, end: () => trackIds.length, idOf: () => undefined },
): CatalogueColumns {
  const bundled = trackIds.length;
  const count = bundled + fresh.max;
  const numbers = () => new Float64Array(count).fill(Number.NaN);
  const attributes = () => new Float32Array(count).fill(Number.NaN);
  const columns = {
    count,
    end: fresh.end,
    idOf: (row: TrackIndex) => (row < bundled ? trackIds[row] : fresh.idOf(row)),
    known: noTracks(count),
    titles: new Array<string>(count).fill(""),
    artists: newListColumn(count),
    artistIds: newDictionary(),
    artistNames: [] as string[],
    albums: new Uint32Array(count),
    albumIds: newDictionary(),
    albumTitles: [] as string[],
    genres: newListColumn(count),
    genreNames: newDictionary(),
    markets: newListColumn(count),
    marketCodes: newDictionary(),
    durationMs: numbers(),
    releaseYear: numbers(),
    tempo: attributes(),
    energy: attributes(),
    valence: attributes(),
    popularity: attributes(),
    explicit: new Uint8Array(count),
    recording: numbers(),
  };
  return {
    ...columns,
    set(row, track) {
      if (track === undefined) removeTrack(columns.known, row);
      else if (row < bundled) addTrack(columns.known, row);
      setTrack(columns, row, track);
    },
  };
}

type Columns = Omit<CatalogueColumns, "set" | "titles" | "artistNames" | "albumTitles"> & {
  readonly titles: string[];
  readonly artistNames: string[];
  readonly albumTitles: string[];
};

function setTrack(columns: Columns, row: TrackIndex, track: CatalogueTrack | undefined): void {
  const { artists = [], album, genres = [], markets = [] } = track ?? {};
  columns.titles[row] = track?.title ?? "";
  const artistCodes = artists.map(({ id, name }) => {
    return named(columns.artistIds, columns.artistNames, id || name, name);
  });
  columns.artists.set(row, artistCodes);
  const albumId = album?.id || album?.title;
  columns.albums[row] = albumId
    ? 1 + named(columns.albumIds, columns.albumTitles, albumId, album!.title)
    : 0;
  columns.genres.set(row, genres.map(columns.genreNames.add));
  columns.markets.set(row, markets.map(columns.marketCodes.add));
  columns.durationMs[row] = track?.trackMs || Number.NaN;
  columns.releaseYear[row] = Number.parseInt(track?.releaseDate ?? "", 10);
  columns.tempo[row] = track?.tempo ?? Number.NaN;
  columns.energy[row] = track?.energy ?? Number.NaN;
  columns.valence[row] = track?.valence ?? Number.NaN;
  columns.popularity[row] = track?.popularity ?? Number.NaN;
  columns.explicit[row] = track?.explicit ? 1 : 0;
  columns.recording[row] = recordingOf(track);
}

/** The code of an id, whose name is the last one that was said. */
function named(ids: Dictionary, names: string[], id: string, name: string): number {
  const code = ids.add(id);
  names[code] = name;
  return code;
}

/** Where no recording is named, tracks of one main artist and one title count as one. */
function recordingOf(track: CatalogueTrack | undefined): number {
  if (track?.recording) return trackHash(`recording ${track.recording}` as TrackId);
  const artist = track?.artists[0];
  if (track === undefined || artist === undefined || track.title === "") return Number.NaN;
  const title = track.title.trim().toLowerCase();
  return trackHash(`title ${artist.id || artist.name} ${title}` as TrackId);
}
