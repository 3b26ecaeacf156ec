/** A listening log as a folder, which ordinary tools can read (`docs/log-folder.md`):
 *
 *  | file | content |
 *  |---|---|
 *  | `log.json` | format, name, counts, first and last time, how it was made |
 *  | `events-00000.tsv.gz`, … | a header line, then one event a line in order of time |
 *  | `catalogue.jsonl.gz` | one `CatalogueEvent` a line in protobuf's JSON; may be absent |
 *
 *  The columns are `EVENT_COLUMNS`; an empty cell is an unknown value. Tabs, line ends and
 *  backslashes in texts are written `\t`, `\n`, `\\`.
 */
export const LOG_FOLDER_FORMAT = "segue.log/1";
export const HEADER_FILE = "log.json";
export const CATALOGUE_FILE = "catalogue.jsonl.gz";

export const EVENT_COLUMNS = [
  "event_id",
  "listener",
  "session",
  "track",
  "happened_at_ms",
  "kind",
  "played_ms",
  "track_ms",
  "context_kind",
  "context_id",
  "shuffle",
  "device",
] as const;

/** The content of `log.json`. */
export interface LogFolderHeader {
  readonly format: typeof LOG_FOLDER_FORMAT;
  readonly name: string;
  readonly events: number;
  readonly listeners: number;
  readonly sessions: number;
  readonly tracks: number;
  readonly first_at_ms: number;
  readonly last_at_ms: number;
  /** Names of the event files, in order. */
  readonly files: readonly string[];
  /** Whether the times are real; an import without a clock numbers them instead. */
  readonly clock: "real" | "numbered";
  /** The command and options, or the format and sources. */
  readonly made_by: Readonly<Record<string, unknown>>;
  /** Rows that were not taken, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
}
