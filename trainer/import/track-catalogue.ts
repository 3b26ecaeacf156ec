import { Failure } from "../../core/domain/failure.ts";
import type { TrackId } from "../../core/domain/ids.ts";
import type { LogFolderWriter } from "../../core/log-folder/write-log-folder.ts";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import type { KnownTracks, TrackFacts } from "./log-format.ts";

/** How many tracks one import can know; a JavaScript map holds no more than 2^24 entries. */
export const TRACKS_MAX = 16_000_000;

/** What an import learns of tracks, and which of them were played. */
export interface TrackCatalogue extends KnownTracks {
  /** Adds what is not known of the track yet. */
  note(track: TrackId, facts: TrackFacts): void;
  /** The first row that says anything of its track counts: most rows say the same again. */
  played(track: TrackId, about: TrackFacts | undefined): void;
  isPlayed(track: TrackId): boolean;
  /** Writes the played tracks of which anything is known, in the order in which they were met. */
  write(writer: LogFolderWriter): Promise<void>;
}

/** `limit` is for tests. Throws `bad_log_folder` where there are more tracks than it. */
export function trackCatalogue(limit = TRACKS_MAX): TrackCatalogue {
  const tracks = new Map<TrackId, { facts: TrackFacts; played: boolean }>();
  const entryOf = (track: TrackId) => {
    const found = tracks.get(track);
    if (found !== undefined) return found;
    if (tracks.size >= limit) {
      throw new Failure("bad_log_folder", `more than ${limit} tracks; import the files in parts`);
    }
    const entry = { facts: NOTHING, played: false };
    tracks.set(track, entry);
    return entry;
  };
  return {
    note: (track, facts) => {
      const entry = entryOf(track);
      entry.facts = { ...known(facts), ...known(entry.facts) };
    },
    played: (track, about) => {
      const entry = entryOf(track);
      entry.played = true;
      if (about !== undefined && entry.facts === NOTHING && saysAnything(about)) {
        entry.facts = known(about);
      }
    },
    isPlayed: (track) => tracks.get(track)?.played === true,
    trackMs: (track) => tracks.get(track)?.facts.trackMs,
    write: async (writer) => {
      for (const [track, { facts, played }] of tracks) {
        if (played && saysAnything(facts)) await writer.catalogue(catalogueEvent(track, facts));
      }
    },
  };
}

const NOTHING: TrackFacts = {};

function known(facts: TrackFacts): TrackFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact));
}

function saysAnything(facts: TrackFacts): boolean {
  return Boolean(facts.artistId || facts.title || facts.albumId || facts.trackMs);
}

function catalogueEvent(track: TrackId, facts: TrackFacts): CatalogueEvent {
  const { artistId, artistName = "", title = "", albumId, albumTitle = "", trackMs = 0 } = facts;
  return CatalogueEvent.fromPartial({
    track,
    artists: artistId ? [{ id: artistId, name: artistName }] : [],
    title,
    ...(albumId ? { album: { id: albumId, title: albumTitle } } : {}),
    trackMs,
  });
}
