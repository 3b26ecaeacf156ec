import type { TrackId } from "../domain/ids.ts";

/** What is known of a track, for people and for rules. Empty where it is not known. */
export interface CatalogueTrack {
  readonly track: TrackId;
  readonly title: string;
  /** The main artist first. */
  readonly artists: readonly { readonly id: string; readonly name: string }[];
  readonly album: { readonly id: string; readonly title: string };
  readonly genres: readonly string[];
  /** 0 where it is not known. */
  readonly trackMs: number;
  /** ISO 8601, as exact as it is known. */
  readonly releaseDate: string;
  /** ISO 3166-1 alpha-2; empty means everywhere. */
  readonly markets: readonly string[];
  readonly explicit: boolean;
  /** Beats per minute. Absent, like all below, where it is not known. */
  readonly tempo?: number;
  /** 0 to 1. */
  readonly energy?: number;
  /** 0 (sad) to 1 (glad). */
  readonly valence?: number;
  /** What equal recordings share, such as their ISRC. */
  readonly recording?: string;
  /** 0 to 1, as it is elsewhere. */
  readonly popularity?: number;
}
