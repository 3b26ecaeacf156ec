import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import { parseTrainingConfig, type TrainingConfig } from "../config.ts";
import { preparationLines } from "../prepare/preparation.ts";
import { prepareLog } from "../prepare/prepare-log.ts";
import { readLog } from "../read-log.ts";
import type { ModelProgress, Watch } from "../train-model.ts";
import { planValidation } from "../validation-plan.ts";
import { type Budget, openBudget } from "./budget.ts";
import { type Findings, openFindings } from "./findings.ts";
import { hashLog } from "./hash-log.ts";
import { type FinishedRung, JOURNAL_FORMAT, openJournal } from "./journal.ts";
import type { TrialLog } from "./learn-trial.ts";
import { searchLog } from "./search-log.ts";
import type { SearchSpace } from "./search-space.ts";

export interface TuningOptions {
  readonly logFolder: string;
  /** Where the journal, the checkpoints and the best settings are. */
  readonly outFolder: string;
  readonly space: SearchSpace;
  /** A training's configuration file: what every trial is told but for the space's keys. */
  readonly settings: object;
  /** The same seed, log, space and settings give the same sequence of trials. */
  readonly seed: number;
  /** Of all runs of this search together. */
  readonly minutes: number;
  /** So many trials learn side by side. */
  readonly atOnce: number;
  readonly checkpointSeconds?: number;
  readonly progress?: (progress: TuningProgress) => void;
  readonly notice?: (text: string) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
  /** When the time of this run began, on that clock; without it, now. */
  readonly startedMs?: number;
}

/** How far a search is, whenever one of its trainings tells of itself. */
export interface TuningProgress {
  readonly spentSeconds: number;
  readonly budgetSeconds: number;
  /** Each trial's last rung, the best first. */
  readonly trials: readonly FinishedRung[];
  /** Undefined for what all trials share. */
  readonly trial: number | undefined;
  readonly training: ModelProgress;
}

/** Searches for settings that are worth more on the log's held-back sessions, until the time is
 *  over. A search that was killed, or is given more time, goes on from its journal with the same
 *  sequence of trials. Throws `bad_configuration` where the settings are wrong, the folder holds
 *  another search or the time was too short for one trial, what a training throws but for
 *  `training_diverged`, and the reason of `signal`. */
export async function tune(options: TuningOptions): Promise<TuningResult> {
  const nowMs = options.nowMs ?? (() => performance.now());
  const startedMs = options.startedMs ?? nowMs();
  const config = parseTrainingConfig(options.settings);
  const log = await readTrialLog(options, config);
  const journal = openJournal(join(options.outFolder, "journal.jsonl"), {
    format: JOURNAL_FORMAT,
    log: hashLog(log.sequences, log.validation),
    space: options.space,
    config: options.settings,
    seed: options.seed,
  });
  const budget = openBudget({
    seconds: options.minutes * 60,
    spentBeforeSeconds: Math.max(0, ...journal.finished.map((rung) => rung.spent_seconds)),
    ...{ startedMs, nowMs, signal: options.signal },
  });
  const findings = openFindings(journal, { ...options, validation: log.validation });
  try {
    const ended = await searchLog(
      { ...options, config, log },
      { findings, budget, told: toldOf(options, { findings, budget }) },
    );
    return resultOf(options, { findings, ended, spentSeconds: budget.spentSeconds() });
  } finally {
    budget.close();
    journal.close();
  }
}

async function readTrialLog(options: TuningOptions, config: TrainingConfig): Promise<TrialLog> {
  const log = await readLog(options.logFolder, config.idleTimeoutMs, options.signal);
  const { split, preparation } = prepareLog(log, config);
  for (const line of preparationLines(preparation)) options.notice?.(line);
  const validation = planValidation(split, config);
  if (validation.predictions.after.length === 0) {
    const message = "validationShare holds back no session with a track to predict";
    throw new Failure("bad_configuration", message, { field: "validationShare" });
  }
  return { sequences: split.sequences, split, validation };
}

/** What a trial's trainings, or those that all trials share, tell of themselves. */
function toldOf(
  options: TuningOptions,
  { findings, budget }: { readonly findings: Findings; readonly budget: Budget },
): (trial: number | undefined) => Pick<Watch, "progress" | "notice"> {
  return (trial) => ({
    notice: (text) => {
      options.notice?.(`${trial === undefined ? "every trial" : `trial ${trial}`}: ${text}`);
    },
    progress: (training) => {
      options.progress?.({
        spentSeconds: budget.spentSeconds(),
        budgetSeconds: budget.seconds,
        trials: findings.ranked(),
        trial,
        training,
      });
    },
  });
}

/** What a search found so far. */
export interface TuningResult {
  /** Each trial at the last rung that it was measured at, the best first; trial 0 is what the
   *  search had to beat. */
  readonly trials: readonly FinishedRung[];
  /** Of all runs of this search together. */
  readonly spent_seconds: number;
  /** Why it ended: its time was over, or the space holds no settings that were not tried. */
  readonly ended: "time" | "space";
  /** A training's configuration file with the best settings. */
  readonly best_file: string;
}

function resultOf(
  { minutes }: TuningOptions,
  {
    findings,
    ended,
    spentSeconds,
  }: {
    readonly findings: Findings;
    readonly ended: TuningResult["ended"];
    readonly spentSeconds: number;
  },
): TuningResult {
  const trials = findings.ranked();
  if (trials.length === 0) {
    const message = `${minutes} minutes were too short for a first figure; with more it goes on`;
    throw new Failure("bad_configuration", message, { field: "--minutes" });
  }
  return { trials, spent_seconds: spentSeconds, ended, best_file: findings.bestFile };
}
