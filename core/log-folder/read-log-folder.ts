import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import { Failure } from "../domain/failure.ts";
import { isAbsent } from "../domain/is-absent.ts";
import type { ListeningEvent } from "../domain/listening-event.ts";
import { decodeEventRow, EVENT_HEADER_LINE } from "./event-row.ts";
import { readLineBlocks } from "./line-file.ts";
import {
  CATALOGUE_FILE,
  HEADER_FILE,
  LOG_FOLDER_FORMAT,
  type LogFolderHeader,
} from "./log-folder.ts";

/** Reads and checks `log.json`. Throws `bad_log_folder` where it is absent, no JSON, or of another
 *  format. */
export async function readLogHeader(folder: string): Promise<LogFolderHeader> {
  const path = join(folder, HEADER_FILE);
  let header: LogFolderHeader;
  try {
    header = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const message = isAbsent(cause)
      ? `there is no log folder at ${folder}: ${HEADER_FILE} is missing; segue import makes one`
      : `${path} cannot be read as JSON; is ${folder} a log folder?`;
    throw new Failure("bad_log_folder", message, { field: path, cause });
  }
  const fault = headerFault(header);
  if (fault !== undefined)
    throw new Failure("bad_log_folder", `${path}: ${fault}`, { field: path });
  return header;
}

function headerFault(header: LogFolderHeader): string | undefined {
  if (header?.format !== LOG_FOLDER_FORMAT) {
    return `format is ${JSON.stringify(header?.format)}, this version reads "${LOG_FOLDER_FORMAT}"`;
  }
  for (const count of ["events", "listeners", "sessions", "tracks"] as const) {
    if (!Number.isSafeInteger(header[count]) || header[count] < 0) return `${count} is no count`;
  }
  for (const time of ["first_at_ms", "last_at_ms"] as const) {
    if (!Number.isSafeInteger(header[time])) return `${time} is no time in milliseconds`;
  }
  if (header.clock !== "real" && header.clock !== "numbered") {
    return `clock is ${JSON.stringify(header.clock)}, neither "real" nor "numbered"`;
  }
  const isFileName = (name: unknown) => typeof name === "string" && /^[\w.-]+\.tsv\.gz$/.test(name);
  if (!Array.isArray(header.files) || !header.files.every(isFileName)) {
    return "files must be names of .tsv.gz files in this folder";
  }
  return undefined;
}

/** Reads every event in order of time, a part of a file at a time. Throws `bad_log_folder` naming
 *  file and line where a row is off, out of order, or rows are missing against the header. */
export async function* readLogFolder(folder: string): AsyncGenerator<ListeningEvent> {
  for await (const events of readEventBlocks(folder)) yield* events;
}

/** The same events in blocks, for who reads millions: waiting once an event costs as much as
 *  reading it. */
export async function* readEventBlocks(folder: string): AsyncGenerator<readonly ListeningEvent[]> {
  const header = await readLogHeader(folder);
  let events = 0;
  let lastAtMs = 0;
  for (const name of header.files) {
    const path = join(folder, name);
    let line = 0;
    for await (const { lines } of readLineBlocks(path)) {
      const block: ListeningEvent[] = [];
      for (const row of lines) {
        line += 1;
        if (line === 1) {
          checkColumns(row, path);
          continue;
        }
        const event = decodeRow(row, path, line);
        if (event.happenedAtMs < lastAtMs)
          throw badRow(path, line, "earlier than the row before it");
        lastAtMs = event.happenedAtMs;
        block.push(event);
      }
      events += block.length;
      yield block;
    }
    if (line === 0) throw badRow(path, 1, "the header line is missing");
  }
  if (events !== header.events) {
    const path = join(folder, HEADER_FILE);
    const message = `${path} tells of ${header.events} events, the files hold ${events}`;
    throw new Failure("bad_log_folder", message, { field: path });
  }
}

function checkColumns(row: string, path: string): void {
  if (row === EVENT_HEADER_LINE) return;
  throw badRow(path, 1, `the columns must be ${EVENT_HEADER_LINE.replaceAll("\t", ", ")}`);
}

function decodeRow(row: string, path: string, line: number): ListeningEvent {
  try {
    return decodeEventRow(row);
  } catch (cause) {
    throw badRow(path, line, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Reads the catalogue, one track after another; nothing where the folder has none. */
export async function* readCatalogue(folder: string): AsyncGenerator<CatalogueEvent> {
  const path = join(folder, CATALOGUE_FILE);
  if (!(await exists(path))) return;
  let line = 0;
  for await (const { lines } of readLineBlocks(path)) {
    for (const row of lines) {
      line += 1;
      yield decodeTrack(row, path, line);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function decodeTrack(row: string, path: string, line: number): CatalogueEvent {
  try {
    const track = CatalogueEvent.fromJSON(JSON.parse(row));
    if (track.track === "") throw new Error("track is empty");
    return track;
  } catch (cause) {
    throw badRow(path, line, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badRow(path: string, line: number, fault: string, cause?: unknown): Failure {
  return new Failure("bad_log_folder", `${path}, line ${line}: ${fault}`, {
    field: `${path}:${line}`,
    cause,
  });
}
