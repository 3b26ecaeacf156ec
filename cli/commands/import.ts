import { IMPORT_FORMATS, isImportFormat } from "../../trainer/import/formats.ts";
import { importLog, REJECTED_SHARE_MAX } from "../../trainer/import/import-log.ts";
import { type Command, UsageError } from "../command.ts";
import { progressBar } from "../progress-bar.ts";

export const importCommand: Command = {
  usage: `FORMAT FILE… --out DIR      (formats: ${IMPORT_FORMATS.join(", ")})`,
  words: { least: 2, most: 10_000 },
  options: {
    out: { type: "text", help: "folder to write the log to", required: true },
    map: {
      type: "text",
      help: "csv, jsonl, parquet: listener=COLUMN,track=COLUMN,time_s=COLUMN,…",
    },
    tracks: { type: "text", help: "files of titles, artists or lengths, with commas between them" },
    "broken-share-max": {
      type: "number",
      help: "share of broken rows from which on the import fails",
      default: REJECTED_SHARE_MAX,
    },
  },
  async run({ options, words, signal }) {
    const [format, ...files] = words;
    if (format === undefined || !isImportFormat(format)) {
      throw new UsageError(`unknown format "${format}"; there are ${IMPORT_FORMATS.join(", ")}`);
    }
    const bar = progressBar(process.stderr, () => performance.now());
    const header = await importLog({
      format,
      files,
      out: options.text("out"),
      map: options.textIfGiven("map"),
      trackFiles: options.textIfGiven("tracks")?.split(",") ?? [],
      rejectedShareMax: options.number("broken-share-max"),
      signal,
      progress: ({ step, done, total, rows }) =>
        bar.show({ label: step, done, total, note: `${rows.toLocaleString("en-US")} rows` }),
    });
    bar.end();
    process.stdout.write(`${JSON.stringify(header, null, 2)}\n`);
  },
};
