import { Failure } from "../../core/domain/failure.ts";
import { ID_BYTES_MAX } from "../../core/domain/ids.ts";
import type { LogFolderHeader } from "../../core/log-folder/log-folder.ts";
import { type LogFolderWriter, writeLogFolder } from "../../core/log-folder/write-log-folder.ts";
import { formatNamed, type ImportFormat } from "./formats.ts";
import type { LogFormat, PassedRow, TakenRow, TakeRow } from "./log-format.ts";
import { type EventOrder, orderEvents } from "./order-events.ts";
import { readRows } from "./read-rows.ts";
import type { SourceRow } from "./row-source.ts";
import { type TrackCatalogue, trackCatalogue } from "./track-catalogue.ts";

/** The share of rows that may be broken; beyond it the file is taken for another format. */
export const REJECTED_SHARE_MAX = 0.01;

export interface ImportOptions {
  readonly format: ImportFormat;
  readonly files: readonly string[];
  /** The log folder to write. */
  readonly out: string;
  /** What the columns mean, for `csv`, `jsonl` and `parquet`: `listener=user_id,track=song`. */
  readonly map?: string | undefined;
  /** Files of what is known of tracks, for formats that publish such files. */
  readonly trackFiles?: readonly string[];
  readonly rejectedShareMax?: number | undefined;
  /** As `orderEvents` has it; for tests. */
  readonly eventsInMemoryMax?: number;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: ImportProgress) => void;
}

/** Reading is counted in bytes of all files, writing in events. */
export interface ImportProgress {
  readonly step: "read" | "read tracks" | "write";
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

/** Turns files of a published format into a log folder, and returns its header. Broken rows are
 *  counted by reason. Throws `bad_configuration` where the map or the track files do not fit the
 *  format, `bad_log_folder` where a file cannot be read or more rows than `rejectedShareMax` are
 *  broken (naming file and line of the first), and the signal's reason when it is raised; then no
 *  folder is left. Memory is bounded but for the ids of listeners and tracks. */
export async function importLog(options: ImportOptions): Promise<LogFolderHeader> {
  const format = formatNamed(options.format, options.map);
  checkTrackFiles(options, format);
  const writer = await writeLogFolder(options.out, {
    name: format.name,
    clock: format.clock,
    madeBy: madeBy(options),
  });
  const order = orderEvents({
    besideFolder: options.out,
    ...(options.eventsInMemoryMax && { eventsInMemoryMax: options.eventsInMemoryMax }),
  });
  const work = { options, format, writer, order, catalogue: trackCatalogue() };
  try {
    if (format.tracks?.order === "before the events") await readTracks(work);
    const events = await takeRows(work);
    await writeInOrder(work, events);
    if (format.tracks?.order === "after the events") await readTracks(work);
    await work.catalogue.write(writer);
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    await order.close();
  }
  return writer.close();
}

interface Work {
  readonly options: ImportOptions;
  readonly format: LogFormat;
  readonly writer: LogFolderWriter;
  readonly order: EventOrder;
  readonly catalogue: TrackCatalogue;
}

function checkTrackFiles({ trackFiles = [] }: ImportOptions, format: LogFormat): void {
  if (trackFiles.length === 0 || format.tracks !== undefined) return;
  const message = `${format.name} has no files of tracks`;
  throw new Failure("bad_configuration", message, { field: "--tracks" });
}

function madeBy({ format, files, map, trackFiles = [] }: ImportOptions) {
  return {
    import: format,
    files: files.map(fileName),
    ...(map !== undefined && { map }),
    ...(trackFiles.length > 0 && { tracks: trackFiles.map(fileName) }),
  };
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

async function readTracks({ options, format, catalogue }: Work): Promise<void> {
  const { trackFiles = [], signal, progress } = options;
  const tracks = format.tracks!;
  let rows = 0;
  for await (const block of readRows(trackFiles, tracks.read, tracks)) {
    signal?.throwIfAborted();
    for (const { cells } of block.rows) {
      rows += 1;
      const taken = cells && tracks.take(cells);
      if (taken === undefined) continue;
      if (tracks.order === "after the events" && !catalogue.isPlayed(taken.track)) continue;
      catalogue.note(taken.track, taken.facts);
    }
    progress?.({ step: "read tracks", done: block.bytesRead, total: block.bytesInAll, rows });
  }
}

/** Resolves with the number of events that were taken. */
async function takeRows({ options, format, writer, order, catalogue }: Work): Promise<number> {
  const rejected = countRejected(writer);
  const take = format.begin(catalogue);
  let row = 0;
  let events = 0;
  for await (const block of readRows(options.files, format.read, format)) {
    options.signal?.throwIfAborted();
    for (const source of block.rows) {
      row += 1;
      const taken = takeRow(source, { row, file: block.file }, take);
      if (typeof taken === "string") {
        rejected.add(`${block.file}:${source.line}`, taken);
      } else if ("passed" in taken) {
        writer.rejected(taken.passed);
      } else {
        // Numbered rows are in order already; only a real clock makes them wait for each other.
        await (format.clock === "numbered" ? writer.event(taken.event) : order.add(taken.event));
        catalogue.played(taken.event.track, taken.about);
        events += 1;
      }
    }
    const { bytesRead: done, bytesInAll: total } = block;
    options.progress?.({ step: "read", done, total, rows: row });
  }
  rejected.check(row, options.rejectedShareMax ?? REJECTED_SHARE_MAX);
  return events;
}

function takeRow(
  { cells, fault }: SourceRow,
  place: { row: number; file: string },
  take: TakeRow,
): TakenRow | PassedRow | string {
  if (cells === undefined) return fault;
  const taken = take(cells, place);
  if (typeof taken === "string" || "passed" in taken) return taken;
  const { eventId, listener, session, track } = taken.event;
  return isLong(eventId) || isLong(listener) || isLong(session ?? "") || isLong(track)
    ? `an id passes ${ID_BYTES_MAX} bytes`
    : taken;
}

function isLong(id: string): boolean {
  // A UTF-16 unit takes at most three bytes, so that most ids need no counting.
  return id.length * 3 > ID_BYTES_MAX && Buffer.byteLength(id) > ID_BYTES_MAX;
}

function countRejected(writer: LogFolderWriter) {
  let count = 0;
  let first = { place: "", reason: "" };
  return {
    add: (place: string, reason: string) => {
      if (count === 0) first = { place, reason };
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

async function writeInOrder({ options, writer, order }: Work, total: number): Promise<void> {
  let done = 0;
  for await (const events of order.inOrder()) {
    options.signal?.throwIfAborted();
    for (const event of events) await writer.event(event);
    done += events.length;
    options.progress?.({ step: "write", done, total, rows: done });
  }
  options.signal?.throwIfAborted();
}
