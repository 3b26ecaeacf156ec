import { COMPARED, type ComparedFigures } from "../../trainer/evaluate/compare-ranks.ts";
import {
  type ComparedEvaluation,
  compareWithBaselines,
} from "../../trainer/evaluate/compare-with-baselines.ts";
import { type Evaluation, evaluate } from "../../trainer/evaluate/evaluate.ts";
import type { RankFigures } from "../../trainer/evaluate/rank-counts.ts";
import { type Command, UsageError } from "../command.ts";
import { LISTENER_SHARE_OPTIONS, listenerShareOf } from "../listener-share.ts";
import { progressBar } from "../progress-bar.ts";
import { drawTable } from "../table.ts";

export const evaluateCommand: Command = {
  usage: "--bundle DIR --log DIR [--warm DIR] [--baselines --train DIR] [--json]",
  options: {
    bundle: { type: "text", help: "bundle to measure", required: true },
    log: { type: "text", help: "log folder to predict, one event after the other", required: true },
    warm: { type: "text", help: "log folder that the listeners heard before, without predictions" },
    threads: {
      type: "number",
      help: "threads to divide the listeners among; all processors if not given",
    },
    ...LISTENER_SHARE_OPTIONS,
    baselines: { type: "flag", help: "measure the baselines on the same predictions, too" },
    train: { type: "text", help: "log folder that the bundle was trained on, for the baselines" },
    json: { type: "flag", help: "print the figures as JSON" },
  },
  async run({ options, signal }) {
    const trainFolder = options.textIfGiven("train");
    if (options.flag("baselines") && trainFolder === undefined) {
      throw new UsageError("--baselines needs --train, the log that they learn from");
    }
    const bar = progressBar(process.stderr, () => performance.now());
    const task = {
      bundleFolder: options.text("bundle"),
      logFolder: options.text("log"),
      warmFolder: options.textIfGiven("warm"),
      threads: options.numberIfGiven("threads"),
      listenerShare: listenerShareOf(options),
      signal,
      progress: (done: number, total: number) => bar.show({ label: "evaluate", done, total }),
    };
    const drawn = options.flag("baselines")
      ? drawing((await compareWithBaselines({ ...task, trainFolder })).compared, comparedTable)
      : drawing(await evaluate(task), table);
    bar.end();
    process.stdout.write(options.flag("json") ? drawn.json : drawn.table);
  },
};

function drawing<Figures>(figures: Figures, draw: (figures: Figures) => string) {
  return { json: `${JSON.stringify(figures, null, 2)}\n`, table: draw(figures) };
}

const FIGURES = ["recall@1", "recall@5", "recall@20", "mrr@20"] as const;

function table(evaluation: Evaluation): string {
  const columns = [{ title: "source" }, ...FIGURES.map((title) => ({ title, right: true }))];
  const rows = Object.entries(evaluation.by_source).map(([source, figures]) => [
    source,
    ...figureCells(figures),
  ]);
  return `${drawTable(columns, rows)}\n${counted(evaluation)}\n${foreseen(evaluation)}`;
}

/** What the models knew of skips before they came. */
function foreseen({ skip }: Pick<Evaluation, "skip">): string {
  if (skip === undefined) return "";
  const { predictions, auc, truth_auc: truth, log_loss: loss } = skip;
  const ofTruth = truth === undefined ? "" : `, of ${truth.toFixed(4)} that the truth has`;
  const figures = `AUC ${auc.toFixed(4)}${ofTruth}; log loss ${loss.toFixed(4)}`;
  return `skips: ${figures}; ${predictions} plays\n`;
}

function counted(evaluation: Pick<Evaluation, "predictions" | "unknown_targets" | "bundle_id">) {
  const { predictions, unknown_targets: unknown, bundle_id: bundle } = evaluation;
  const unlearned = `${unknown} of tracks that bundle ${bundle.slice(0, 12)} does not know`;
  return `${predictions} predictions, ${unlearned}`;
}

/** Sources and baselines, with half the width of each interval, and how far the blend is above. */
function comparedTable(evaluation: ComparedEvaluation): string {
  const columns = [
    { title: "source or baseline" },
    ...FIGURES.map((title) => ({ title, right: true })),
    ...COMPARED.flatMap((title) => [
      { title: `${title} 95%`, right: true },
      { title: "blend minus", right: true },
    ]),
  ];
  const { by_source: sources, baselines, long_term: longTerm } = evaluation;
  const rows = [
    ...Object.entries(sources),
    ...Object.entries(baselines),
    ...(longTerm ? [["blend *", longTerm.with] as const] : []),
    ...(longTerm ? [["blend * without long", longTerm.without] as const] : []),
  ];
  const drawn = drawTable(
    columns,
    rows.map(([name, figures]) => [name, ...figureCells(figures), ...comparedCells(figures)]),
  );
  const note = "blend minus: paired 95% interval over resampled sessions";
  const returning = longTerm
    ? `* ${longTerm.with.predictions} predictions for listeners with an earlier session\n`
    : "";
  return `${drawn}\n${returning}${counted(evaluation)}; ${note}\n${foreseen(evaluation)}`;
}

function comparedCells({ intervals, blend_minus: minus }: ComparedFigures): string[] {
  return COMPARED.flatMap((name) => [
    intervals[name].map((end) => end.toFixed(4)).join("–"),
    minus === undefined ? "" : minus[name].interval.map((end) => signed(end)).join(" … "),
  ]);
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}

function figureCells(figures: RankFigures): string[] {
  return FIGURES.map((name) => figures[name].toFixed(4));
}
