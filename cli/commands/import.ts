import { IMPORT_FORMATS, importLog, isImportFormat } from "../../trainer/import/import-log.ts";
import { type Command, UsageError } from "../command.ts";
import { progressBar } from "../progress-bar.ts";

export const importCommand: Command = {
  usage: `FORMAT FILE… --out DIR      (formats: ${IMPORT_FORMATS.join(", ")})`,
  words: { least: 2, most: 10_000 },
  options: {
    out: { type: "text", help: "folder to write the log to", required: true },
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
      signal,
      progress: (done, total) => bar.show({ label: `import ${format}`, done, total }),
    });
    bar.end();
    process.stdout.write(`${JSON.stringify(header, null, 2)}\n`);
  },
};
