import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { LogFolderHeader } from "../../core/log-folder/log-folder.ts";

/** A published format of listening logs: tab-separated files with a header line. */
export interface LogFormat {
  readonly name: string;
  /** The columns that are read; a file may have others, in any order. */
  readonly columns: readonly string[];
  readonly clock: LogFolderHeader["clock"];
  /** Makes an event of one row. `cells` stand in the order of `columns`, `row` counts the import's
   *  data rows from 1. A text is the reason why the row is not taken. */
  take(cells: readonly string[], row: number): TakenRow | string;
}

export interface TakenRow {
  readonly event: ListeningEvent;
  /** The track's artist, where the format knows it; "" where this row does not. */
  readonly artist?: string;
}

/** An event as a format without skips, lengths, contexts and devices knows it: a finished play. */
export function finishedPlay(
  play: Pick<ListeningEvent, "eventId" | "listener" | "session" | "track" | "happenedAtMs">,
): ListeningEvent {
  return {
    ...play,
    kind: "finished",
    playedMs: undefined,
    trackMs: undefined,
    contextKind: "unspecified",
    contextId: "",
    shuffle: false,
    device: "",
    recommendationId: "",
  };
}
