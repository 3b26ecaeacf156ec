import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import type { TrackId } from "../../core/domain/ids.ts";
import type { ReadCatalogue } from "../../scorer/catalogue/live-catalogue.ts";
import { UNTOLD } from "./untold-track.ts";

/** A catalogue in memory, changed by whoever holds it. */
export interface MemoryCatalogue extends ReadCatalogue {
  say(track: string, told?: Partial<CatalogueTrack>): void;
  withdraw(track: string): void;
}

export function memoryCatalogue(): MemoryCatalogue {
  const tracks = new Map<TrackId, CatalogueTrack>();
  const gone = new Set<TrackId>();
  const changes: TrackId[] = [];
  return {
    get: (track) => tracks.get(track),
    isWithdrawn: (track) => gone.has(track),
    withdrawn: () => [...gone],
    version: () => changes.length,
    changedSince: (version) => changes.slice(version),
    page: (after, limit) =>
      [...tracks.values()]
        .toSorted((one, other) => (one.track < other.track ? -1 : 1))
        .filter(({ track }) => after === undefined || track > after)
        .slice(0, limit),
    say(track, told = {}) {
      const id = track as TrackId;
      tracks.set(id, { ...UNTOLD, track: id, title: track, ...told });
      gone.delete(id);
      changes.push(id);
    },
    withdraw(track) {
      const id = track as TrackId;
      tracks.delete(id);
      gone.add(id);
      changes.push(id);
    },
  };
}

/** An artist whose name is their id. */
export function artistsOf(...ids: string[]): CatalogueTrack["artists"] {
  return ids.map((id) => ({ id, name: id }));
}
