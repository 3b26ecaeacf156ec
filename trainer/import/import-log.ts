import { Failure } from "../../core/domain/failure.ts";
import { ID_BYTES_MAX, type TrackId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { LogFolderHeader } from "../../core/log-folder/log-folder.ts";
import { type LogFolderWriter, writeLogFolder } from "../../core/log-folder/write-log-folder.ts";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import type { LogFormat, TakenRow } from "./log-format.ts";
import { readRows, type SourceRow } from "./read-rows.ts";
import { sessionsTsv } from "./sessions-tsv.ts";
import { thirtyMusic } from "./thirty-music.ts";

const FORMATS = { "sessions-tsv": sessionsTsv, "30music": thirtyMusic } as const;
export type ImportFormat = keyof typeof FORMATS;
export const IMPORT_FORMATS = Object.keys(FORMATS) as readonly ImportFormat[];

export function isImportFormat(name: string): name is ImportFormat {
  return Object.hasOwn(FORMATS, name);
}

/** The share of rows that may be broken; beyond it the file is taken for another format. */
export const REJECTED_SHARE_MAX = 0.01;

export interface ImportOptions {
  readonly format: ImportFormat;
  readonly files: readonly string[];
  /** The log folder to write. */
  readonly out: string;
  readonly rejectedShareMax?: number;
  readonly signal?: AbortSignal;
  /** Bytes read, and bytes of all files. */
  readonly progress?: (done: number, total: number) => void;
}

/** Turns files of a published format into a log folder, and returns its header. Broken rows are
 *  counted by reason. Throws `bad_log_folder` where a file cannot be read or more rows than
 *  `rejectedShareMax` are broken (naming file and line of the first), and the signal's reason when
 *  it is raised; then no folder is left. A format with a real clock is held in memory, to put it in
 *  order. */
export async function importLog(options: ImportOptions): Promise<LogFolderHeader> {
  const format: LogFormat = FORMATS[options.format];
  const writer = await writeLogFolder(options.out, {
    name: format.name,
    clock: format.clock,
    madeBy: { import: format.name, files: options.files.map(fileName) },
  });
  try {
    const taken = await takeRows(options, format, writer);
    await writeInOrder(taken.events, writer, options.signal);
    await writeArtists(taken.artists, writer);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return writer.close();
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

async function takeRows(options: ImportOptions, format: LogFormat, writer: LogFolderWriter) {
  const events: ListeningEvent[] = [];
  const artists = new Map<TrackId, string>();
  const rejected = countRejected(writer);
  let rowNumber = 0;
  const progress = options.progress ?? (() => undefined);
  for await (const row of readRows(options.files, format.columns, progress)) {
    rowNumber += 1;
    if (rowNumber % 10_000 === 0) options.signal?.throwIfAborted();
    const taken = takeRow(row, rowNumber, format);
    if (typeof taken === "string") {
      rejected.add(row, taken);
      continue;
    }
    // Numbered rows are in order already; only a real clock makes them wait for each other.
    if (format.clock === "numbered") await writer.event(taken.event);
    else events.push(taken.event);
    if (taken.artist && !artists.has(taken.event.track)) {
      artists.set(taken.event.track, taken.artist);
    }
  }
  rejected.check(rowNumber, options.rejectedShareMax ?? REJECTED_SHARE_MAX);
  return { events, artists };
}

function takeRow(row: SourceRow, rowNumber: number, format: LogFormat): TakenRow | string {
  if (row.cells === undefined) return "other cells than the header";
  const taken = format.take(row.cells, rowNumber);
  if (typeof taken === "string") return taken;
  const { eventId, listener, session, track } = taken.event;
  const tooLong = [eventId, listener, session ?? "", track].some(
    (id) => Buffer.byteLength(id) > ID_BYTES_MAX,
  );
  return tooLong ? `an id passes ${ID_BYTES_MAX} bytes` : taken;
}

function countRejected(writer: LogFolderWriter) {
  let count = 0;
  let first = { place: "", reason: "" };
  return {
    add: (row: SourceRow, reason: string) => {
      if (count === 0) first = { place: `${row.file}:${row.line}`, reason };
      count += 1;
      writer.rejected(reason);
    },
    check: (rows: number, shareMax: number) => {
      if (count <= rows * shareMax) return;
      const message =
        `${count} of ${rows} rows are broken, more than ${shareMax * 100}%; ` +
        `the first is ${first.place}: ${first.reason}`;
      throw new Failure("bad_log_folder", message, { field: first.place });
    },
  };
}

/** The sort is stable: events of one time stay in the order of their rows. */
async function writeInOrder(
  events: ListeningEvent[],
  writer: LogFolderWriter,
  signal: AbortSignal | undefined,
): Promise<void> {
  events.sort((one, other) => one.happenedAtMs - other.happenedAtMs);
  for (const event of events) await writer.event(event);
  signal?.throwIfAborted();
}

async function writeArtists(
  artists: ReadonlyMap<TrackId, string>,
  writer: LogFolderWriter,
): Promise<void> {
  for (const [track, id] of artists) {
    await writer.catalogue(CatalogueEvent.fromPartial({ track, artists: [{ id }] }));
  }
}
