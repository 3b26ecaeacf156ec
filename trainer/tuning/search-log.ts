import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import { parseTrainingConfig, type TrainingConfig } from "../config.ts";
import { sizeByLog } from "../size-by-log.ts";
import { rungsOf } from "./brackets.ts";
import type { Budget } from "./budget.ts";
import type { Findings } from "./findings.ts";
import { type TrialLog, type TrialPlan, trialFolder, trialLearner } from "./learn-trial.ts";
import { search, type Trial } from "./search.ts";
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
  const { space, seed, atOnce, settings, log } = plan;
  const { findings, budget } = watch;
  const searched = new Set(MODEL_NAMES.filter((name) => touches(space, name)));
  const sized = sizedConfig(plan);
  const rungs = rungsOf(Math.max(1, ...[...searched].map((name) => sized[name].epochs)));
  const folder = join(plan.outFolder, "trainings");
  const checkpointSeconds = plan.checkpointSeconds ?? CHECKPOINT_SECONDS;
  const { config } = plan;
  const shared = { log, config, searched, seed, folder, checkpointSeconds };
  const learn = trialLearner({ ...shared, told: watch.told, signal: budget.signal });
  const configOf = ({ number, settings: own }: Trial) =>
    parseTrainingConfig(trialSettings(settings, { trial: number, settings: own }));
  const measure = async (trial: Trial, rung: number): Promise<number> => {
    const known = findings.worthOf(trial, rung);
    if (known !== undefined) return known;
    budget.signal.throwIfAborted();
    const order = { number: trial.number, config: configOf(trial), divisor: rungs[rung]! };
    const learned = await learn(order);
    const isLast = rung === rungs.length - 1;
    return findings.add({ trial, rung, isLast, learned, spentSeconds: budget.spentSeconds() });
  };
  const first = settingsOf(space, sized);
  const isAllowed = (drawn: Settings) => isRight(() => configOf({ number: 1, settings: drawn }));
  const searching = search(
    { space, seed, first, isAllowed, rungs: rungs.length },
    {
      atOnce,
      measure: (trial, rung) =>
        measure(trial, rung).catch((error) => {
          budget.fail(error);
          throw error;
        }),
      leave: ({ number }) => rm(trialFolder(folder, number), { recursive: true, force: true }),
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

const CHECKPOINT_SECONDS = 60;

function touches(space: SearchSpace, name: ModelName): boolean {
  return Object.keys(space).some((key) => key.startsWith(`${name}.`));
}

/** With nothing left to the size of the log. */
function sizedConfig({ config, log: { sequences } }: LogSearch) {
  const size = { events: sequences.track.length, tracks: sequences.trackIds.length };
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
