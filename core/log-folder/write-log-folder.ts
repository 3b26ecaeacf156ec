import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import { assert, Failure } from "../domain/failure.ts";
import type { ListenerId, TrackId } from "../domain/ids.ts";
import type { ListeningEvent } from "../domain/listening-event.ts";
import { IDLE_TIMEOUT_MS, type PreviousEvent, startsSession } from "../state/session-cut.ts";
import { EVENT_HEADER_LINE, encodeEventRow } from "./event-row.ts";
import { type LineWriter, writeLines } from "./line-file.ts";
import {
  CATALOGUE_FILE,
  HEADER_FILE,
  LOG_FOLDER_FORMAT,
  type LogFolderHeader,
} from "./log-folder.ts";

/** How many events one event file holds; the next one goes into a new file. */
export const EVENTS_PER_FILE_MAX = 1_000_000;

/** What the header says beside counts. */
export interface LogFolderMeta extends Pick<LogFolderHeader, "name" | "clock"> {
  readonly madeBy: LogFolderHeader["made_by"];
  readonly eventsPerFileMax?: number;
}

/** A log folder under way. Until `close` resolves it has no `log.json`, so that no reader takes
 *  it. */
export interface LogFolderWriter {
  /** Events come in order of time. Resolves at once unless the file falls behind. */
  event(event: ListeningEvent): Promise<void>;
  catalogue(track: CatalogueEvent): Promise<void>;
  /** Counts a row that was not taken. */
  rejected(reason: string): void;
  /** Publishes the folder by renaming its header into place. */
  close(): Promise<LogFolderHeader>;
  /** Takes away what was written; the folder is empty of this log afterwards. */
  abandon(): Promise<void>;
}

const PARTIAL_HEADER_FILE = `${HEADER_FILE}.partial`;

/** Starts a log in `folder`, in place of a log that stands there. The same calls make the same
 *  bytes. Throws `bad_log_folder` where the folder holds something that is no log. */
export async function writeLogFolder(
  folder: string,
  meta: LogFolderMeta,
): Promise<LogFolderWriter> {
  await clearFolder(folder);
  const counts = countEvents();
  const rejected: Record<string, number> = {};
  const events = writeEventFiles(folder, meta.eventsPerFileMax ?? EVENTS_PER_FILE_MAX);
  let catalogue: LineWriter | undefined;
  return {
    event: (event) => {
      counts.add(event);
      return events.write(event);
    },
    catalogue: (track) => {
      catalogue ??= writeLines(join(folder, CATALOGUE_FILE));
      return catalogue.write(JSON.stringify(CatalogueEvent.toJSON(track)));
    },
    rejected: (reason) => {
      rejected[reason] = (rejected[reason] ?? 0) + 1;
    },
    close: async () => {
      const files = await events.close();
      await catalogue?.close();
      const header: LogFolderHeader = {
        format: LOG_FOLDER_FORMAT,
        name: meta.name,
        ...counts.totals(),
        files,
        clock: meta.clock,
        made_by: meta.madeBy,
        rejected,
      };
      await writeFile(join(folder, PARTIAL_HEADER_FILE), `${JSON.stringify(header, null, 2)}\n`);
      await rename(join(folder, PARTIAL_HEADER_FILE), join(folder, HEADER_FILE));
      return header;
    },
    abandon: async () => {
      await Promise.all([events.close(), catalogue?.close()]);
      await clearFolder(folder);
      await rm(join(folder, PARTIAL_HEADER_FILE));
    },
  };
}

/** Every file that may belong to a log, a simulated world's truth among them. */
const LOG_PARTS =
  /^(events-\d+\.tsv\.gz|catalogue\.jsonl\.gz|truth(-[a-z]+)?\.(json|jsonl\.gz|tsv\.gz))$/;

/** Takes away an older log, finished or not, and its header first, so that a half-made folder is
 *  never taken for a whole one. */
async function clearFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  if (names.length > 0 && !names.includes(HEADER_FILE) && !names.includes(PARTIAL_HEADER_FILE)) {
    const message = `${folder} holds files but no ${HEADER_FILE}; name an empty folder or a log`;
    throw new Failure("bad_log_folder", message, { field: folder });
  }
  await writeFile(join(folder, PARTIAL_HEADER_FILE), "");
  await rm(join(folder, HEADER_FILE), { force: true });
  for (const name of await readdir(folder)) {
    if (LOG_PARTS.test(name)) await rm(join(folder, name));
  }
}

/** The last event file is open; each one before it is complete. */
function writeEventFiles(folder: string, eventsPerFileMax: number) {
  const files: string[] = [];
  let file: LineWriter;
  let events = 0;
  const open = () => {
    const name = `events-${String(files.length).padStart(5, "0")}.tsv.gz`;
    files.push(name);
    file = writeLines(join(folder, name));
    events = 0;
    return file.write(EVENT_HEADER_LINE);
  };
  const openNext = async (row: string) => {
    const full = file;
    // The next file stands before the wait, so that a caller who does not wait loses no row.
    const opened = open();
    events = 1;
    const written = file.write(row);
    await Promise.all([full.close(), opened, written]);
  };
  open();
  return {
    write: (event: ListeningEvent) => {
      const row = encodeEventRow(event);
      if (events === eventsPerFileMax) return openNext(row);
      events += 1;
      return file.write(row);
    },
    close: async () => {
      await file.close();
      return files;
    },
  };
}

/** Counts sessions as Segue cuts them. */
function countEvents() {
  const previous = new Map<ListenerId, PreviousEvent>();
  const tracks = new Set<TrackId>();
  let events = 0;
  let sessions = 0;
  let firstAtMs = 0;
  let lastAtMs = 0;
  return {
    add: (event: ListeningEvent) => {
      assert(event.happenedAtMs >= lastAtMs, "a log folder's events come in order of time");
      const asked = { session: event.session, atMs: event.happenedAtMs };
      if (startsSession(previous.get(event.listener), asked, IDLE_TIMEOUT_MS)) sessions += 1;
      previous.set(event.listener, { lastEventAtMs: event.happenedAtMs, session: event.session });
      tracks.add(event.track);
      if (events === 0) firstAtMs = event.happenedAtMs;
      lastAtMs = event.happenedAtMs;
      events += 1;
    },
    totals: () => ({
      events,
      listeners: previous.size,
      sessions,
      tracks: tracks.size,
      first_at_ms: firstAtMs,
      last_at_ms: lastAtMs,
    }),
  };
}
