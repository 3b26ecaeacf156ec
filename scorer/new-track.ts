import type { TrackIndex } from "../core/domain/ids.ts";
import type { LiveCatalogue } from "./catalogue/live-catalogue.ts";
import type { KinKind } from "./catalogue/new-tracks/kin-kind.ts";

/** What is told of a track that the bundle does not know: whose vectors its own come from. */
export interface NewTrack {
  readonly from: KinKind;
  /** The artist, album or genre as the catalogue names it; empty for a recording. */
  readonly name: string;
  /** How many of the bundle's tracks that are. */
  readonly tracks: number;
}

/** Undefined for a track that the bundle knows. */
export function newTrackOf(
  { columns, tracks }: Pick<LiveCatalogue, "columns" | "tracks">,
  index: TrackIndex,
): NewTrack | undefined {
  const origin = tracks.originOf(index);
  if (origin === undefined) return undefined;
  const { from, code } = origin;
  const names: Readonly<Record<KinKind, () => string | undefined>> = {
    genres: () => columns.genreNames.texts[code],
    album: () => columns.albumTitles[code - 1] || columns.albumIds.texts[code - 1],
    artist: () => columns.artistNames[code] || columns.artistIds.texts[code],
    recording: () => "",
  };
  return { from, name: names[from]() ?? "", tracks: origin.tracks };
}

/** For people, in English. */
export function newTrackWords({ from, name, tracks }: NewTrack): string {
  const kin = tracks === 1 ? "1 track" : `${tracks} tracks`;
  const whose: Readonly<Record<KinKind, string>> = {
    genres: `of ${name}`,
    album: `of the album “${name}”`,
    artist: `by ${name}`,
    recording: "of the same recording",
  };
  return `new, placed by ${kin} ${whose[from]}`;
}
