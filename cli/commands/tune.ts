import { availableParallelism } from "node:os";
import type { FinishedRung } from "../../trainer/tuning/journal.ts";
import { DEFAULT_SPACE, parseSearchSpace } from "../../trainer/tuning/search-space.ts";
import { type TuningProgress, type TuningResult, tune } from "../../trainer/tuning/tune.ts";
import { type Command, type Options, UsageError } from "../command.ts";
import { type ProgressBar, progressBar } from "../progress-bar.ts";
import { readJsonFile } from "../read-json-file.ts";
import { drawTable } from "../table.ts";

/** Each model learns on one. */
const CORES_OF_A_TRIAL = 2;

/** On the clock of `performance.now()`. */
const PROCESS_STARTED_MS = 0;

export const tuneCommand: Command = {
  usage: "--log DIR --out DIR --minutes N [--space FILE.json] [--config FILE] [--json]",
  options: {
    log: { type: "text", help: "log folder to learn from and to measure on", required: true },
    out: { type: "text", help: "folder of the search: journal.jsonl, best.json", required: true },
    minutes: { type: "number", help: "time for all runs of this search together", required: true },
    space: { type: "text", help: "JSON file of the settings to search and their ranges" },
    config: { type: "text", help: "JSON file of training settings that every trial has" },
    "at-once": {
      type: "number",
      help: "how many trials learn side by side; the trials are the same",
      default: Math.max(1, Math.floor(availableParallelism() / CORES_OF_A_TRIAL)),
    },
    seed: { type: "number", help: "the same seed and log give the same trials", default: 1 },
    json: { type: "flag", help: "print the trials as JSON" },
  },
  async run({ options, signal }) {
    const space = options.textIfGiven("space");
    const config = options.textIfGiven("config");
    const bar = progressBar(process.stderr, () => performance.now());
    const result = await tune({
      logFolder: options.text("log"),
      outFolder: options.text("out"),
      space:
        space === undefined
          ? DEFAULT_SPACE
          : parseSearchSpace(await readJsonFile(space, "--space")),
      settings: config === undefined ? {} : await readJsonFile(config, "--config"),
      seed: options.number("seed"),
      minutes: minutesOf(options),
      atOnce: atOnceOf(options),
      signal,
      startedMs: PROCESS_STARTED_MS,
      notice: (text) => {
        bar.end();
        process.stderr.write(`${text}\n`);
      },
      progress: (progress) => showProgress(bar, progress),
    });
    bar.end();
    process.stdout.write(
      options.flag("json") ? `${JSON.stringify(result, null, 2)}\n` : resultText(result),
    );
  },
};

const AT_ONCE_MAX = 64;
/** A week. */
const MINUTES_MAX = 10_080;

function minutesOf(options: Options): number {
  const minutes = options.number("minutes");
  if (minutes > 0 && minutes <= MINUTES_MAX) return minutes;
  throw new UsageError(`--minutes must be above 0 and at most ${MINUTES_MAX}, not ${minutes}`);
}

function atOnceOf(options: Options): number {
  const atOnce = options.number("at-once");
  if (Number.isInteger(atOnce) && atOnce >= 1 && atOnce <= AT_ONCE_MAX) return atOnce;
  throw new UsageError(`--at-once must be a whole number from 1 to ${AT_ONCE_MAX}, not ${atOnce}`);
}

function showProgress(bar: ProgressBar, progress: TuningProgress): void {
  const { trials, trial, training } = progress;
  const [best] = trials;
  const first = trials.find((one) => one.trial === 0);
  const worths = best && first && `best ${worth(best.worth)}, default ${worth(first.worth)}`;
  const { model, epoch, epochs } = training;
  const learning = `${trial === undefined ? "every trial" : `trial ${trial}`} ${model}`;
  bar.show({
    label: "tune, seconds",
    done: progress.spentSeconds,
    total: progress.budgetSeconds,
    note: [`${trials.length} trials`, worths, `${learning} ${epoch}/${epochs}`]
      .filter((part) => part !== undefined)
      .join("  "),
  });
}

/** So many trials are printed; all of them are in the journal and in the JSON. */
const TRIALS_PRINTED = 20;

function resultText({
  trials,
  spent_seconds: spent,
  ended,
  best_file: bestFile,
}: TuningResult): string {
  const keys = Object.keys(trials[0]!.settings);
  const columns = [
    { title: "trial", right: true },
    { title: "epochs", right: true },
    ...["worth", "95%", "gain", "95%"].map((title) => ({ title, right: true })),
    ...keys.map((title) => ({ title, right: true })),
  ];
  const rows = trials
    .slice(0, TRIALS_PRINTED)
    .map((trial) => [
      trial.trial === 0 ? "default" : String(trial.trial),
      Object.values(trial.epochs).join("+"),
      ...figures(trial),
      ...keys.map((key) => String(trial.settings[key])),
    ]);
  const shown = trials.length > rows.length ? `the best ${rows.length} of ` : "";
  const over = ended === "time" ? "the time is over" : "the space is searched through";
  const summary = `${shown}${trials.length} trials in ${Math.round(spent / 60)} minutes; ${over}`;
  return `${drawTable(columns, rows)}${summary}\n\n${verdict(trials)}\n${bestFile}\n`;
}

function figures(trial: FinishedRung): string[] {
  if (trial.diverged) return ["diverged", "", "", ""];
  const gain = trial.gain
    ? [signed(trial.gain.value), trial.gain.interval.map(signed).join(" … ")]
    : ["", ""];
  return [worth(trial.worth), trial.interval.map(worth).join("–"), ...gain];
}

/** Says how far the best may be believed: the best of many is partly the luckiest of many. */
function verdict(trials: readonly FinishedRung[]): string {
  const [best] = trials;
  if (best === undefined || best.trial === 0) return "no trial is worth more than the default";
  const clear = best.gain !== undefined && best.gain.interval[0] > 0;
  const over = best.gain === undefined ? "" : `, ${signed(best.gain.value)} over the default`;
  const noise = clear ? "" : ", which may be chance alone";
  return (
    `the best is trial ${best.trial}${over}${noise};\n` +
    `it was chosen from ${trials.length} on these very sessions, so expect less\n` +
    "on others: train with both and compare them on a later log"
  );
}

function worth(value: number): string {
  return value.toFixed(4);
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
