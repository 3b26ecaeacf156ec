import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { EventId } from "../core/domain/ids.ts";
import { type LineWriter, readLineBlocks, writeLines } from "../core/log-folder/line-file.ts";
import type { LogFolderHeader } from "../core/log-folder/log-folder.ts";
import { readCatalogue, readLogFolder, readLogHeader } from "../core/log-folder/read-log-folder.ts";
import { type LogFolderWriter, writeLogFolder } from "../core/log-folder/write-log-folder.ts";

export interface SplitLogOptions {
  readonly logFolder: string;
  /** Gets two log folders, `earlier` and `later`. */
  readonly outFolder: string;
  /** Events from here on are the later ones: milliseconds since 1970-01-01 UTC, or a part of the
   *  time from the log's first event to its last, 0 to 1. */
  readonly at: { readonly ms: number } | { readonly share: number };
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface SplitLog {
  readonly at_ms: number;
  readonly earlier: LogFolderHeader;
  readonly later: LogFolderHeader;
}

/** Cuts a log folder in time. Both parts have its whole catalogue and, where it has one, its truth.
 *  A session that goes on over the cut is in both parts; `evaluate --warm` joins it again. Throws
 *  `bad_log_folder`, and the signal's reason when it is raised; no folder is left then. */
export async function splitLog(options: SplitLogOptions): Promise<SplitLog> {
  const { logFolder, outFolder, at, signal, progress } = options;
  const header = await readLogHeader(logFolder);
  const { first_at_ms: firstAtMs, last_at_ms: lastAtMs } = header;
  const atMs = "ms" in at ? at.ms : Math.round(firstAtMs + at.share * (lastAtMs - firstAtMs));
  const part = (name: "earlier" | "later") =>
    openPart(join(outFolder, name), header, { name, atMs });
  const [earlier, later] = [await part("earlier"), await part("later")];
  try {
    for await (const track of readCatalogue(logFolder)) {
      await earlier.catalogue(track);
      await later.catalogue(track);
    }
    const isLater = new Set<EventId>();
    let done = 0;
    for await (const event of readLogFolder(logFolder)) {
      if (event.happenedAtMs >= atMs) isLater.add(event.eventId);
      await (event.happenedAtMs >= atMs ? later : earlier).event(event);
      if (++done % EVENTS_BETWEEN_REPORTS === 0) progress?.(done, header.events);
      signal?.throwIfAborted();
    }
    await splitTruth(logFolder, outFolder, isLater);
  } catch (error) {
    await Promise.all([earlier.abandon(), later.abandon()]);
    throw error;
  }
  return { at_ms: atMs, earlier: await earlier.close(), later: await later.close() };
}

const EVENTS_BETWEEN_REPORTS = 10_000;

function openPart(
  folder: string,
  { name, clock, made_by: madeBy }: LogFolderHeader,
  cut: { readonly name: string; readonly atMs: number },
): Promise<LogFolderWriter> {
  const from = new Date(cut.atMs).toISOString();
  const split = { of: madeBy, part: cut.name, at_ms: cut.atMs };
  return writeLogFolder(folder, {
    name: `${name}, ${cut.name} than ${from}`,
    clock,
    madeBy: { split },
  });
}

/** Files of a simulated world's truth that tell of the whole log, and the one that has a row for
 *  each event. */
const TRUTH_FILES = ["truth.json", "truth-tracks.jsonl.gz", "truth-listeners.jsonl.gz"];
const TRUTH_EVENTS_FILE = "truth-events.tsv.gz";

async function splitTruth(
  logFolder: string,
  outFolder: string,
  isLater: ReadonlySet<EventId>,
): Promise<void> {
  const parts = ["earlier", "later"].map((name) => join(outFolder, name));
  for (const file of TRUTH_FILES) {
    if (!existsSync(join(logFolder, file))) continue;
    for (const part of parts) await copyFile(join(logFolder, file), join(part, file));
  }
  if (!existsSync(join(logFolder, TRUTH_EVENTS_FILE))) return;
  const [earlier, later] = parts.map((part) => writeLines(join(part, TRUTH_EVENTS_FILE)));
  const writers = [earlier!, later!] as const;
  await writeTruthRows(join(logFolder, TRUTH_EVENTS_FILE), writers, isLater);
  for (const writer of writers) await writer.close();
}

async function writeTruthRows(
  path: string,
  [earlier, later]: readonly [LineWriter, LineWriter],
  isLater: ReadonlySet<EventId>,
): Promise<void> {
  let line = 0;
  for await (const { lines } of readLineBlocks(path)) {
    for (const row of lines) {
      if (++line === 1) await Promise.all([earlier.write(row), later.write(row)]);
      else
        await (isLater.has(row.slice(0, row.indexOf("\t")) as EventId) ? later : earlier).write(
          row,
        );
    }
  }
}
