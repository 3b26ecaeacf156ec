import type { CatalogueTrack } from "../../../core/catalogue/catalogue-track.ts";
import type { TrackId, TrackIndex } from "../../../core/domain/ids.ts";
import { addTrack, removeTrack } from "../../retrieval/track-bits.ts";
import type { Averages } from "../../shares.ts";
import { type CatalogueColumns, newColumns } from "../columns.ts";
import { keepDerived } from "./keep-derived.ts";
import { kinCodes } from "./kin.ts";
import { type NewTracks, openNewTracks } from "./new-tracks.ts";
import type { CataloguedBundle } from "./served-tracks.ts";

/** The columns of a catalogue, and the new tracks that it brings. */
export interface FollowedNewTracks {
  readonly columns: CatalogueColumns;
  readonly fresh: NewTracks;
  /** The new tracks that are held. */
  held(): readonly TrackId[];
  /** Takes over what the catalogue says of a track now. Returns the row that has changed, if any
   *  has. */
  take(id: TrackId, track: CatalogueTrack | undefined): TrackIndex | undefined;
  /** Lets new tracks into lists, and out of them, by what is known of them and their kin now.
   *  Returns the rows that may have changed. */
  settle(): Promise<readonly TrackIndex[]>;
}

export interface NewTrackParts {
  /** What new tracks are derived from beside their kin. */
  readonly averages: Averages;
  /** How many are held at most. */
  readonly max: number;
}

export function followNewTracks(
  bundle: CataloguedBundle,
  newTracks: NewTrackParts | undefined,
): FollowedNewTracks {
  const { short, long } = bundle.models;
  const fresh = openNewTracks({
    first: bundle.trackIds.length,
    max: newTracks?.max ?? 0,
    dimensions: {
      ...(short && { short: short.dimension }),
      ...(long && { long: long.dimension }),
    },
    isTaken: (hash) => bundle.indexOfHash(hash) !== undefined,
  });
  const columns = newColumns(bundle, fresh);
  const keeper =
    newTracks &&
    keepDerived({ models: bundle.models, averages: newTracks.averages, columns, fresh });
  return {
    columns,
    fresh,
    held: () => fresh.held().map((index) => fresh.idOf(index)!),
    take(id, track) {
      const row = bundle.indexOf(id);
      if (row !== undefined) {
        takeKnown(row, track);
        return row;
      }
      const index = track === undefined ? fresh.drop(id) : fresh.hold(id);
      if (index === undefined) return undefined;
      // A track that had the index before must not pass a filter as this one.
      if (fresh.derivedOf(index) === undefined) removeTrack(columns.known, index);
      columns.set(index, track);
      if (track !== undefined) keeper?.touched(index);
      return index;
    },
    async settle() {
      const settled = (await keeper?.settle()) ?? [];
      for (const index of settled) {
        if (fresh.derivedOf(index) === undefined) removeTrack(columns.known, index);
        else addTrack(columns.known, index);
      }
      return settled;
    },
  };

  function takeKnown(row: TrackIndex, track: CatalogueTrack | undefined): void {
    if (keeper === undefined || fresh.end() === fresh.first) {
      columns.set(row, track);
      return;
    }
    const before = kinCodes(columns, row);
    columns.set(row, track);
    keeper.kinChanged(before, kinCodes(columns, row));
  }
}
