import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { compareSixModels } from "../../trainer/six-models/compare-six-models.ts";
import { TASTE_FIGURES } from "../../trainer/six-models/measure-tastes.ts";
import {
  type FigureWithInterval,
  type ModelComparison,
  PART_BASELINES,
  PREDICTED_PARTS,
  type PredictedPart,
} from "../../trainer/six-models/model-comparison.ts";
import {
  DEFAULT_SETTINGS,
  type SixModelSettings,
  TASTE_LOSSES,
} from "../../trainer/six-models/settings.ts";
import { ARCHITECTURES } from "../../trainer/word2vec/learn-vectors.ts";
import { type Command, type Options, UsageError } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { drawTable } from "../table.ts";

export const compareModelsCommand: Command = {
  usage: "--train DIR --log DIR [--loss cosine|l2] [--out FILE.json] [--json]",
  options: {
    train: {
      type: "text",
      help: "log folder to learn track vectors and models from",
      required: true,
    },
    log: { type: "text", help: "log folder to predict", required: true },
    loss: {
      type: "text",
      help: "what draws a taste to the wanted track's vector: cosine or l2",
      default: DEFAULT_SETTINGS.loss,
    },
    vectors: {
      type: "text",
      help: "how word2vec learns the vectors: cbow or skip-gram",
      default: DEFAULT_SETTINGS.vectors.architecture,
    },
    epochs: {
      type: "number",
      help: "passes of each recurrent model over the log",
      default: DEFAULT_SETTINGS.recurrent.epochs,
    },
    "predictions-max": {
      type: "number",
      help: "at most about so many predictions of each term, of listeners evenly over the log",
      default: DEFAULT_SETTINGS.predictionsMax,
    },
    seed: { type: "number", help: "the same seed and logs give the same figures", default: 1 },
    out: { type: "text", help: "JSON file to write, which report --models shows" },
    json: { type: "flag", help: "print the figures as JSON" },
  },
  async run({ options, signal }) {
    const bar = progressBar(process.stderr, () => performance.now());
    const comparison = await compareSixModels({
      trainFolder: options.text("train"),
      logFolder: options.text("log"),
      settings: settingsOf(options),
      seed: options.number("seed"),
      signal,
      progress: (progress) => bar.show(progress),
    });
    bar.end();
    const json = `${JSON.stringify(comparison, null, 2)}\n`;
    const out = options.textIfGiven("out");
    if (out !== undefined) {
      await mkdir(dirname(out), { recursive: true });
      await writeFile(out, json);
    }
    process.stdout.write(options.flag("json") ? json : tables(comparison));
  },
};

function settingsOf(options: Options): SixModelSettings {
  const { vectors, recurrent } = DEFAULT_SETTINGS;
  return {
    ...DEFAULT_SETTINGS,
    loss: oneOf(TASTE_LOSSES, "loss", options.text("loss")),
    vectors: {
      ...vectors,
      architecture: oneOf(ARCHITECTURES, "vectors", options.text("vectors")),
    },
    recurrent: { ...recurrent, epochs: wholeNumber("epochs", options.number("epochs")) },
    predictionsMax: wholeNumber("predictions-max", options.number("predictions-max")),
  };
}

function oneOf<Value extends string>(values: readonly Value[], name: string, given: string): Value {
  const found = values.find((value) => value === given);
  if (found === undefined) {
    throw new UsageError(`--${name} must be ${values.join(" or ")}, not "${given}"`);
  }
  return found;
}

function wholeNumber(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`--${name} must be a whole number above 0, not ${value}`);
  }
  return value;
}

const PART_TITLES: Readonly<Record<PredictedPart, string>> = {
  next: "The next track",
  ahead: "Tracks 25 to 50 ahead",
};

function tables(comparison: ModelComparison): string {
  const { log, trained_on: trained, settings } = comparison;
  const parts = PREDICTED_PARTS.map((part) => partTable(comparison, part));
  const fitted = Object.entries(comparison.models).map(([name, model]) => {
    return `${name}: ${model.fitted}, ${model.fit_cpu_seconds.toFixed(1)} s of CPU`;
  });
  const learned =
    `learned from ${trained.name} (${trained.events} events), measured on ${log.name} ` +
    `(${log.events} events); ${settings.vectors.architecture} vectors of ` +
    `${settings.vectors.dimension}, ${settings.loss} loss; ` +
    `${comparison.cpu_seconds.toFixed(0)} s of CPU in all`;
  return `${parts.join("\n")}\n${fitted.join("\n")}\n${learned}\n`;
}

function partTable({ models, predictions }: ModelComparison, part: PredictedPart): string {
  const baseline = PART_BASELINES[part];
  const columns = [
    { title: "model" },
    ...TASTE_FIGURES.flatMap((figure) => [
      { title: figure.replace("_", " "), right: true },
      { title: "95%", right: true },
      { title: `minus ${baseline}`, right: true },
    ]),
  ];
  const rows = Object.entries(models).map(([name, model]) => [
    name,
    ...TASTE_FIGURES.flatMap((figure) => cells(model[part][figure])),
  ]);
  const { points, listeners, relevant, unknown } = predictions[part];
  const counts =
    `${points} predictions of ${listeners} listeners; ` +
    `${unknown} of ${relevant} wanted tracks were not learned`;
  return `${PART_TITLES[part]}\n${drawTable(columns, rows)}${counts}\n`;
}

function cells({ value, interval, minus_baseline: minus }: FigureWithInterval): string[] {
  const difference = minus === undefined ? "" : minus.interval.map(signed).join(" … ");
  return [value.toFixed(4), interval.map((end) => end.toFixed(4)).join("–"), difference];
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
