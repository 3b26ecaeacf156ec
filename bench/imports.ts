import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawTable } from "../cli/table.ts";
import type { ImportFormat } from "../trainer/import/formats.ts";
import { importLog } from "../trainer/import/import-log.ts";
import type { BenchOptions } from "./bench.ts";
import { requireThat } from "./did-not-happen.ts";

const FULL_ROWS = 1_000_000;
const QUICK_ROWS = 20_000;
const LISTENERS = 5000;
const TRACKS = 100_000;
const FROM_S = 1_240_000_000;
/** So small that most events wait in files, as they do in an import of billions. */
const RUNS_OF = 10;

/** How fast published logs are read, put in order and written, with rows as wide as the real ones.
 *  Times go back and forth, so that there is something to put in order. Resolves with the text for
 *  stdout. */
export async function imports({ json, quick, progress }: BenchOptions): Promise<string> {
  const rows = quick ? QUICK_ROWS : FULL_ROWS;
  const folder = mkdtempSync(join(tmpdir(), "segue-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const figures: Figures[] = [];
  for (const source of SOURCES) {
    progress(`writes ${rows} rows of ${source.format}`);
    const file = join(folder, "source");
    await writeSource(file, source, rows);
    for (const inRuns of [false, true]) {
      progress(`imports them${inRuns ? ", sorted in files" : ""}`);
      figures.push(await measureImport({ file, folder, source, rows, inRuns }));
    }
  }
  return json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(figures);
}

interface Source {
  readonly format: ImportFormat;
  readonly header: string;
  row(number: number): string;
}

const SOURCES: readonly Source[] = [
  {
    format: "lastfm-1k",
    header: "",
    row: (number) =>
      `user_${number % LISTENERS}\t${new Date(secondsOf(number) * 1000).toISOString()}\t` +
      `${idOf(number % 9973)}\tArtist ${number % 9973}\t${idOf(trackOf(number))}\tSome title\n`,
  },
  {
    format: "spotify-sessions",
    header:
      "session_id,session_position,session_length,track_id_clean,skip_1,skip_2,skip_3," +
      "not_skipped,hist_user_behavior_is_shuffle,hour_of_day,date,premium,context_type\n",
    row: (number) =>
      `65_${idOf(Math.floor(number / 20))},${(number % 20) + 1},20,t_${idOf(trackOf(number))},` +
      `false,${number % 3 === 0},true,false,true,${number % 24},2018-07-15,true,user_collection\n`,
  },
  {
    format: "listenbrainz",
    header: "",
    row: (number) =>
      `${JSON.stringify({
        user_id: number % LISTENERS,
        timestamp: secondsOf(number),
        recording_msid: idOf(trackOf(number)),
        track_metadata: {
          track_name: "Some title",
          artist_name: `Artist ${number % 9973}`,
          release_name: "Some album",
          additional_info: { artist_mbids: [idOf(number % 9973)], duration_ms: 212_000 },
        },
      })}\n`,
  },
];

function trackOf(number: number): number {
  return (number * 7919) % TRACKS;
}

function secondsOf(number: number): number {
  return FROM_S + ((number * 104_729) % 10_000_000);
}

/** As long as a UUID. */
function idOf(number: number): string {
  return `${String(number).padStart(8, "0")}-1fa3-4bc7-8dd6-98255a8c017a`;
}

async function writeSource(file: string, { header, row }: Source, rows: number): Promise<void> {
  const stream = createWriteStream(file);
  let text = header;
  for (let number = 0; number < rows; number++) {
    text += row(number);
    if (text.length < 1 << 20) continue;
    if (!stream.write(text)) await once(stream, "drain");
    text = "";
  }
  stream.end(text);
  await once(stream, "close");
}

interface Figures {
  readonly format: string;
  readonly sorted: "in memory" | "in files";
  readonly rows: number;
  readonly seconds: number;
  readonly cpu_us_per_row: number;
  readonly rows_per_minute: number;
}

async function measureImport(work: {
  readonly file: string;
  readonly folder: string;
  readonly source: Source;
  readonly rows: number;
  readonly inRuns: boolean;
}): Promise<Figures> {
  const { file, folder, source, rows, inRuns } = work;
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const { events } = await importLog({
    format: source.format,
    files: [file],
    out: join(folder, "log"),
    ...(inRuns && { eventsInMemoryMax: Math.ceil(rows / RUNS_OF) }),
  });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedMs) / 1000;
  requireThat(events === rows, `${events} of ${rows} rows were taken`);
  return {
    format: source.format,
    sorted: inRuns ? "in files" : "in memory",
    rows,
    seconds,
    cpu_us_per_row: (user + system) / rows,
    rows_per_minute: (60 * rows) / seconds,
  };
}

function tableOf(figures: readonly Figures[]): string {
  return drawTable(
    [
      { title: "format" },
      { title: "sorted" },
      { title: "rows", right: true },
      { title: "seconds", right: true },
      { title: "CPU µs a row", right: true },
      { title: "rows a minute", right: true },
    ],
    figures.map((one) => [
      one.format,
      one.sorted,
      one.rows.toLocaleString("en-US"),
      one.seconds.toFixed(1),
      one.cpu_us_per_row.toFixed(1),
      Math.round(one.rows_per_minute).toLocaleString("en-US"),
    ]),
  );
}
