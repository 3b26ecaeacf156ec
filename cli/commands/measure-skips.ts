import type { EarlySkipFigures } from "../../trainer/evaluate/early-skip-figures.ts";
import { type EarlySkipEvaluation, measureEarlySkips } from "../../trainer/evaluate/early-skips.ts";
import type { Command } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { drawTable, percent } from "../table.ts";

export const measureSkipsCommand: Command = {
  usage: "--bundle DIR --log DIR [--warm DIR] [--json]",
  options: {
    bundle: { type: "text", help: "bundle to measure", required: true },
    log: { type: "text", help: "log folder whose listeners skip", required: true },
    warm: { type: "text", help: "log folder that the listeners heard before" },
    json: { type: "flag", help: "print the figures as JSON" },
  },
  async run({ options, signal }) {
    const bar = progressBar(process.stderr, () => performance.now());
    const figures = await measureEarlySkips({
      bundleFolder: options.text("bundle"),
      logFolder: options.text("log"),
      warmFolder: options.textIfGiven("warm"),
      signal,
      progress: (done, total) => bar.show({ label: "skip", done, total }),
    });
    bar.end();
    const json = options.flag("json");
    process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : table(figures));
  },
};

const COLUMNS = [
  { title: "skipped track" },
  { title: "cases", right: true },
  { title: "lowered", right: true },
  { title: "95%", right: true },
  { title: "below finished", right: true },
  { title: "rank before", right: true },
  { title: "skipped", right: true },
  { title: "finished", right: true },
] as const;

function table(evaluation: EarlySkipEvaluation): string {
  const { listed, followed, neighbours, likeness, bundle_id: bundle } = evaluation;
  const drawn = drawTable(COLUMNS, [row("first of the list", listed), row("what came", followed)]);
  const by = likeness === "truth" ? "the world's truth" : "the bundle's own vectors";
  const what = `mean rank of the ${neighbours} likest tracks by ${by}`;
  const lowered = "lowered: cases in which one early skip worsened it";
  return `${drawn}\n${what}; ${lowered}; bundle ${bundle.slice(0, 12)}\n`;
}

function row(name: string, figures: EarlySkipFigures): string[] {
  const { before, skipped, finished } = figures.mean_rank;
  return [
    name,
    String(figures.cases),
    percent(figures.lowered),
    figures.lowered_interval.map(percent).join("–"),
    percent(figures.below_finished),
    ...[before, skipped, finished].map((rank) => rank.toFixed(1)),
  ];
}
