import type { ExplanationFigures } from "../../trainer/evaluate/explanation-figures.ts";
import {
  type ExplanationEvaluation,
  measureExplanations,
} from "../../trainer/evaluate/explanations.ts";
import type { Command } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { drawTable, percent } from "../table.ts";

export const measureExplanationsCommand: Command = {
  usage: "--bundle DIR --log DIR [--warm DIR] [--lists N] [--json]",
  options: {
    bundle: { type: "text", help: "bundle to measure", required: true },
    log: { type: "text", help: "log folder whose listeners ask", required: true },
    warm: { type: "text", help: "log folder that the listeners heard before" },
    lists: { type: "number", help: "how many lists to look at, at most", default: 200 },
    json: { type: "flag", help: "print the figures as JSON" },
  },
  async run({ options, signal }) {
    const bar = progressBar(process.stderr, () => performance.now());
    const figures = await measureExplanations({
      bundleFolder: options.text("bundle"),
      logFolder: options.text("log"),
      warmFolder: options.textIfGiven("warm"),
      listsMax: options.number("lists"),
      signal,
      progress: (done, total) => bar.show({ label: "explain", done, total }),
    });
    bar.end();
    const json = options.flag("json");
    process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : table(figures));
  },
};

const COLUMNS = [
  { title: "deleted event" },
  { title: "tracks", right: true },
  { title: "as told", right: true },
  { title: "95%", right: true },
  { title: "rank worse", right: true },
  { title: "same", right: true },
  { title: "better", right: true },
  { title: "rank before", right: true },
  { title: "after", right: true },
] as const;

function table(evaluation: ExplanationEvaluation): string {
  const { brought_by: brought, held_back_by: heldBack, cpu_ms: cpu, lists, exact } = evaluation;
  const drawn = drawTable(COLUMNS, [row("brought most", brought), row("held back most", heldBack)]);
  const told = `as told: the score, over the average track's, falls or rises as it was said`;
  const which = `${lists} lists, ${exact} of them replayed exactly`;
  const cost = `${(cpu.explained / cpu.plain).toFixed(1)} times the CPU of a list unexplained`;
  return `${drawn}\n${told}; ${which}; ${cost}; bundle ${evaluation.bundle_id.slice(0, 12)}\n`;
}

function row(name: string, figures: ExplanationFigures): string[] {
  const { before, after } = figures.mean_rank;
  return [
    name,
    String(figures.cases),
    percent(figures.as_told),
    figures.as_told_interval.map(percent).join("–"),
    percent(figures.rank_worse),
    percent(figures.rank_same),
    percent(figures.rank_better),
    before.toFixed(1),
    after.toFixed(1),
  ];
}
