import type { TrackId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { LogFolderHeader } from "../../core/log-folder/log-folder.ts";
import type { RowReader, WantedColumns } from "./row-source.ts";

/** A published format of listening logs: how its files are read, and what a row of them means. */
export interface LogFormat extends WantedColumns {
  readonly name: string;
  readonly clock: LogFolderHeader["clock"];
  readonly read: RowReader;
  /** Where the format publishes what it knows of tracks in files of their own. */
  readonly tracks?: TracksFormat;
  /** Begins one import. What it returns is given the rows in order, and may remember them. */
  begin(known: KnownTracks): TakeRow;
}

/** Makes an event of one row, whose cells stand in the order of the wanted columns. A text is the
 *  reason why the row is broken. */
export type TakeRow = (cells: readonly string[], place: RowPlace) => TakenRow | PassedRow | string;

export interface RowPlace {
  /** Counts the import's data rows from 1, over all files. */
  readonly row: number;
  readonly file: string;
}

export interface TakenRow {
  readonly event: ListeningEvent;
  /** What the row says of its track; the first row that says anything counts. */
  readonly about?: TrackFacts;
}

/** A sound row that is no listening event of ours: counted by reason, but not as broken. */
export interface PassedRow {
  readonly passed: string;
}

/** "" and undefined where a fact is not known. */
export interface TrackFacts {
  readonly artistId?: string;
  readonly artistName?: string;
  readonly title?: string;
  readonly albumId?: string;
  readonly albumTitle?: string;
  readonly trackMs?: number | undefined;
}

/** What was read of tracks before the first event. */
export interface KnownTracks {
  trackMs(track: TrackId): number | undefined;
}

/** A file with a row a track. */
export interface TracksFormat extends WantedColumns {
  readonly read: RowReader;
  /** Before the events where they need it (lengths); else after them, for the played tracks alone,
   *  which takes less memory. */
  readonly order: "before the events" | "after the events";
  /** Undefined where the row names no track. */
  take(cells: readonly string[]): { track: TrackId; facts: TrackFacts } | undefined;
}

/** An event that lacks what most formats do not know; `play` adds what this one knows. */
export function listeningEvent(
  play: Partial<ListeningEvent> &
    Pick<ListeningEvent, "eventId" | "listener" | "track" | "happenedAtMs" | "kind">,
): ListeningEvent {
  return {
    session: undefined,
    playedMs: undefined,
    trackMs: undefined,
    contextKind: "unspecified",
    contextId: "",
    shuffle: false,
    device: "",
    recommendationId: "",
    ...play,
  };
}
