import { Failure } from "../../core/domain/failure.ts";
import { type ColumnMap, parseColumnMap } from "./column-map.ts";
import { lastFm1k } from "./lastfm-1k.ts";
import { lfm1b } from "./lfm-1b.ts";
import { lfm2b } from "./lfm-2b.ts";
import { listenBrainz } from "./listenbrainz.ts";
import type { LogFormat } from "./log-format.ts";
import { mappedColumns } from "./mapped-columns.ts";
import { delimited } from "./read-delimited.ts";
import { jsonLines } from "./read-json-rows.ts";
import { parquetRows } from "./read-parquet.ts";
import { sessionsTsv } from "./sessions-tsv.ts";
import { spotifyHistory } from "./spotify-history.ts";
import { spotifySessions } from "./spotify-sessions.ts";
import { thirtyMusic } from "./thirty-music.ts";
import { yambda } from "./yambda.ts";

/** Every format that is read; the last three are told by a map what their columns mean. */
const FORMATS = {
  "spotify-sessions": spotifySessions,
  yambda,
  "lastfm-1k": lastFm1k,
  "lfm-1b": lfm1b,
  "lfm-2b": lfm2b,
  "30music": thirtyMusic,
  listenbrainz: listenBrainz,
  "spotify-history": spotifyHistory,
  "sessions-tsv": sessionsTsv,
  csv: (map: ColumnMap) => mappedColumns("csv", delimited({ separator: "detected" }), map),
  jsonl: (map: ColumnMap) => mappedColumns("jsonl", jsonLines, map),
  parquet: (map: ColumnMap) => mappedColumns("parquet", parquetRows, map),
} as const satisfies Record<string, LogFormat | ((map: ColumnMap) => LogFormat)>;

export type ImportFormat = keyof typeof FORMATS;
export const IMPORT_FORMATS = Object.keys(FORMATS) as readonly ImportFormat[];

export function isImportFormat(name: string): name is ImportFormat {
  return Object.hasOwn(FORMATS, name);
}

/** Throws `bad_configuration` where a map is missing, not wanted or wrong. */
export function formatNamed(name: ImportFormat, map: string | undefined): LogFormat {
  const format = FORMATS[name];
  if (typeof format !== "function") {
    if (map === undefined) return format;
    const message = `${name} knows its columns and takes no --map`;
    throw new Failure("bad_configuration", message, { field: "--map" });
  }
  if (map === undefined) {
    const message = `${name} needs --map, such as --map listener=user_id,track=song,time_s=ts`;
    throw new Failure("bad_configuration", message, { field: "--map" });
  }
  return format(parseColumnMap(map));
}
