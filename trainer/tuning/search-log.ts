import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import { parseTrainingConfig, type TrainingConfig } from "../config.ts";
import { logSize, sizeByLog } from "../size-by-log.ts";
import { type Rungs, rungsOf } from "./brackets.ts";
import type { Budget } from "./budget.ts";
import type { Findings } from "./findings.ts";
import { type TrialLog, type TrialPlan, trialFolder, trialLearner } from "./learn-trial.ts";
import { search, type Trial, type TrialWork } from "./search.ts";
import type { SearchSpace, Settings } from "./search-space.ts";
import { settingsOf, trialSettings } from "./trial-settings.ts";

/** Which trainings a search tries. */
export interface LogSearch {
  readonly outFolder: string;
  readonly space: SearchSpace;
  /** As `config`, but as its file gives it. */
  readonly settings: object;
  readonly config: TrainingConfig;
  readonly log: TrialLog;
  readonly seed: number;
  readonly atOnce: number;
  readonly checkpointSeconds?: number;
}

/** Where a search keeps what it finds, and what ends it. */
export interface SearchWatch {
  readonly findings: Findings;
  readonly budget: Budget;
  readonly told: TrialPlan["told"];
}

/** Tries settings on a log until the time is over or the space is searched through. Trials that
 *  `findings` knows already are not learned again. */
export async function searchLog(plan: LogSearch, watch: SearchWatch): Promise<"time" | "space"> {
  const { space, seed, atOnce } = plan;
  const { budget } = watch;
  const searched = new Set(MODEL_NAMES.filter((name) => touches(space, name)));
  const sized = sizedConfig(plan);
  const rungs = rungsOf(Math.max(1, ...[...searched].map((name) => sized[name].epochs)));
  const measure = measurer(plan, watch, { rungs, searched });
  const first = settingsOf(space, sized);
  const isAllowed = (settings: Settings) => isRight(() => configOf(plan, { number: 1, settings }));
  const searching = search(
    { space, seed, first, isAllowed, rungs: rungs.length },
    {
      atOnce,
      measure: (trial, rung) =>
        measure(trial, rung).catch((error) => {
          budget.fail(error);
          throw error;
        }),
      leave: ({ number }) => {
        return rm(trialFolder(folderOf(plan), number), { recursive: true, force: true });
      },
    },
  );
  try {
    await searching;
    return "space";
  } catch (error) {
    if (!budget.isTimeOver(error)) throw error;
    return "time";
  }
}

/** Measures what is not known yet, and keeps it. */
function measurer(
  plan: LogSearch,
  { findings, budget, told }: SearchWatch,
  trials: { readonly rungs: Rungs; readonly searched: ReadonlySet<ModelName> },
): TrialWork["measure"] {
  const { log, config, seed, checkpointSeconds = CHECKPOINT_SECONDS } = plan;
  const { rungs, searched } = trials;
  const { signal, stopCheck } = budget;
  const shared = { log, config, searched, seed, folder: folderOf(plan), checkpointSeconds };
  const learn = trialLearner({ ...shared, told, signal, stopCheck });
  return async (trial, rung) => {
    const known = findings.worthOf(trial, rung);
    if (known !== undefined) return known;
    stopCheck();
    const order = { number: trial.number, config: configOf(plan, trial), divisor: rungs[rung]! };
    const learned = await learn(order);
    const isLast = rung === rungs.length - 1;
    return findings.add({ trial, rung, isLast, learned, spentSeconds: budget.spentSeconds() });
  };
}

const CHECKPOINT_SECONDS = 60;

function folderOf({ outFolder }: LogSearch): string {
  return join(outFolder, "trainings");
}

function configOf(plan: LogSearch, { number, settings }: Trial): TrainingConfig {
  return parseTrainingConfig(trialSettings(plan.settings, { trial: number, settings }));
}

function touches(space: SearchSpace, name: ModelName): boolean {
  return Object.keys(space).some((key) => key.startsWith(`${name}.`));
}

/** With nothing left to the size of the log. */
function sizedConfig({ config, log: { sequences } }: LogSearch) {
  const size = logSize(sequences);
  const { short, long } = config;
  return { ...config, short: sizeByLog(short, size), long: sizeByLog(long, size) };
}

/** Whether a configuration can be read. */
function isRight(read: () => TrainingConfig): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}
