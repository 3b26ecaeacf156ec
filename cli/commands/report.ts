import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { reportFile } from "../../console/library/reports.ts";
import type { BundleId } from "../../core/domain/ids.ts";
import { collectReport } from "../../trainer/report/collect-report.ts";
import { renderReport } from "../../trainer/report/render-report.ts";
import { parseComparison } from "../../trainer/six-models/model-comparison.ts";
import type { Command } from "../command.ts";
import { DEFAULT_HOME, homeAt } from "../home.ts";
import { LISTENER_SHARE_OPTIONS, listenerShareOf } from "../listener-share.ts";
import { progressBar } from "../progress-bar.ts";

export const reportCommand: Command = {
  usage:
    "--bundle DIR --log DIR [--train DIR] [--warm DIR] [--models FILE.json] " +
    "[--out FILE.html | --home DIR] [--json]",
  options: {
    bundle: { type: "text", help: "bundle to measure", required: true },
    log: { type: "text", help: "log folder to predict, one event after the other", required: true },
    train: { type: "text", help: "log folder that the bundle was trained on, for the baselines" },
    warm: { type: "text", help: "log folder that the listeners heard before, without predictions" },
    models: { type: "text", help: "JSON file of compare-models, to show beside" },
    out: { type: "text", help: "HTML file to write" },
    home: {
      type: "text",
      help: "folder whose page shows the report, where --out is not given",
      default: DEFAULT_HOME,
    },
    json: { type: "flag", help: "print the figures, too, as evaluate --baselines --json does" },
    threads: {
      type: "number",
      help: "threads to divide the listeners among; all processors if not given",
    },
    ...LISTENER_SHARE_OPTIONS,
  },
  async run({ options, signal }) {
    const modelsFile = options.textIfGiven("models");
    const models =
      modelsFile === undefined ? undefined : parseComparison(await readFile(modelsFile, "utf8"));
    const bar = progressBar(process.stderr, () => performance.now());
    const data = await collectReport({
      bundleFolder: options.text("bundle"),
      logFolder: options.text("log"),
      trainFolder: options.textIfGiven("train"),
      warmFolder: options.textIfGiven("warm"),
      threads: options.numberIfGiven("threads"),
      listenerShare: listenerShareOf(options),
      signal,
      progress: (done, total) => bar.show({ label: "report", done, total }),
    });
    bar.end();
    const { reports } = homeAt(options.text("home"));
    const bundle = data.compared.bundle_id as BundleId;
    const out = options.textIfGiven("out") ?? reportFile(reports, bundle);
    await mkdir(dirname(out), { recursive: true });
    await writeFile(out, renderReport({ ...data, models }));
    const figures = options.flag("json") ? JSON.stringify(data.compared, null, 2) : out;
    process.stdout.write(`${figures}\n`);
  },
};
