import type { Direction } from "./taste-space.ts";

/** What there is to hear. Tracks, artists, albums and playlists know each other by index. */
export interface World {
  readonly genres: readonly Direction[];
  readonly moods: readonly Direction[];
  readonly tracks: readonly Track[];
  readonly artists: readonly Artist[];
  readonly albums: readonly Album[];
  readonly playlists: readonly Playlist[];
  /** The most wanted tracks, best first. */
  readonly chart: readonly number[];
  /** The tracks of an artist's station, in any order. */
  readonly stationTracks: (artist: number) => readonly number[];
}

export interface Track {
  readonly id: string;
  readonly title: string;
  readonly genre: number;
  readonly artist: number;
  readonly album: number;
  readonly lengthMs: number;
  readonly direction: Direction;
  /** Share of all tracks' popularity; they sum to 1. */
  readonly popularity: number;
}

/** Something that a run of plays can come from. */
export interface Collection {
  readonly id: string;
  readonly title: string;
  readonly direction: Direction;
  /** In the order in which it plays. */
  readonly tracks: readonly number[];
  readonly popularity: number;
}
export interface Artist extends Collection {
  readonly genre: number;
}
export interface Album extends Collection {
  readonly artist: number;
  /** ISO 8601, a day. */
  readonly releaseDate: string;
}
export type Playlist = Collection;
