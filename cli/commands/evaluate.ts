import { type Evaluation, evaluate } from "../../trainer/evaluate/evaluate.ts";
import type { RankFigures } from "../../trainer/evaluate/rank-counts.ts";
import type { Command } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { drawTable } from "../table.ts";

export const evaluateCommand: Command = {
  usage: "--bundle DIR --log DIR [--warm DIR] [--json]",
  options: {
    bundle: { type: "text", help: "bundle to measure", required: true },
    log: { type: "text", help: "log folder to predict, one event after the other", required: true },
    warm: { type: "text", help: "log folder that the listeners heard before, without predictions" },
    threads: {
      type: "number",
      help: "threads to divide the listeners among; all processors if not given",
    },
    json: { type: "flag", help: "print the figures as JSON" },
  },
  async run({ options, signal }) {
    const bar = progressBar(process.stderr, () => performance.now());
    const evaluation = await evaluate({
      bundleFolder: options.text("bundle"),
      logFolder: options.text("log"),
      warmFolder: options.textIfGiven("warm"),
      threads: options.numberIfGiven("threads"),
      signal,
      progress: (done, total) => bar.show({ label: "evaluate", done, total }),
    });
    bar.end();
    const json = options.flag("json");
    process.stdout.write(json ? `${JSON.stringify(evaluation, null, 2)}\n` : table(evaluation));
  },
};

const FIGURES = ["recall@1", "recall@5", "recall@20", "mrr@20"] as const;

function table(evaluation: Evaluation): string {
  const columns = [{ title: "source" }, ...FIGURES.map((title) => ({ title, right: true }))];
  const rows = Object.entries(evaluation.by_source).map(([source, figures]) => [
    source,
    ...figureCells(figures),
  ]);
  const { predictions, unknown_targets: unknown, bundle_id: bundle } = evaluation;
  const unlearned = `${unknown} of tracks that bundle ${bundle.slice(0, 12)} does not know`;
  return `${drawTable(columns, rows)}\n${predictions} predictions, ${unlearned}\n`;
}

function figureCells(figures: RankFigures): string[] {
  return FIGURES.map((name) => figures[name].toFixed(4));
}
