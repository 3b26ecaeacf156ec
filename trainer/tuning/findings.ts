import { renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import { accuracyOf, worth } from "../score-catalogue.ts";
import type { ValidationPlan } from "../validation-plan.ts";
import type { FinishedRung, Journal } from "./journal.ts";
import type { LearnedTrial } from "./learn-trial.ts";
import type { Trial } from "./search.ts";
import { trialSettings } from "./trial-settings.ts";
import { readPlaces, worthIntervals, writePlaces } from "./worth-intervals.ts";

/** What a search knows of its trials: all of it is in the journal, and the best in a file. */
export interface Findings {
  /** Where the best settings are, once there are any. */
  readonly bestFile: string;
  /** The last rung of each trial, the best first; of equal ones the earlier trial. */
  ranked(): readonly FinishedRung[];
  /** What a trial was worth at a rung; undefined where it was not measured there. */
  worthOf(trial: Trial, rung: number): number | undefined;
  /** Keeps what was measured, and returns its worth. */
  add(measured: MeasuredRung): number;
}

export interface MeasuredRung {
  readonly trial: Trial;
  readonly rung: number;
  readonly isLast: boolean;
  /** Undefined for a trial that diverged. */
  readonly learned: LearnedTrial | undefined;
  readonly spentSeconds: number;
}

export interface FindingsPlan {
  readonly outFolder: string;
  /** The configuration file over which trials' settings are laid. */
  readonly settings: object;
  readonly seed: number;
  readonly validation: ValidationPlan;
}

export function openFindings(journal: Journal, plan: FindingsPlan): Findings {
  const bestFile = resolve(plan.outFolder, "best.json");
  const finished = [...journal.finished];
  const lengths = sessionLengths(plan.validation);
  const keepBest = () => {
    const [best] = rankedTrials(finished);
    if (best) writeWhole(bestFile, trialSettings(plan.settings, best));
  };
  keepBest();
  return {
    bestFile,
    ranked: () => rankedTrials(finished),
    worthOf: ({ number, settings }, rung) => {
      const found = finished.find((one) => one.trial === number && one.rung === rung);
      if (found && JSON.stringify(found.settings) !== JSON.stringify(settings)) {
        const message = `trial ${number} of the journal has other settings than this search gives`;
        throw new Failure("bad_checkpoint", message);
      }
      return found?.worth;
    },
    add: (measured) => {
      const places = finished.find((one) => one.places !== undefined)?.places;
      const first = places === undefined ? undefined : readPlaces(places);
      const rung = finishedRung(measured, { lengths, seed: plan.seed, first });
      journal.append(rung);
      finished.push(rung);
      keepBest();
      return rung.worth;
    },
  };
}

/** Each trial's last rung, the best first; of equal ones the earlier trial. */
function rankedTrials(finished: readonly FinishedRung[]): FinishedRung[] {
  const last = new Map<number, FinishedRung>();
  for (const one of finished) {
    if (one.rung >= (last.get(one.trial)?.rung ?? 0)) last.set(one.trial, one);
  }
  const trials = [...last.values()];
  return trials.sort((one, other) => other.worth - one.worth || one.trial - other.trial);
}

function finishedRung(
  { trial, rung, isLast, learned, spentSeconds }: MeasuredRung,
  {
    lengths,
    seed,
    first,
  }: {
    readonly lengths: Int32Array;
    readonly seed: number;
    /** The ranks of trial 0. */
    readonly first: Int32Array | undefined;
  },
): FinishedRung {
  const { number, settings } = trial;
  const place = { trial: number, rung, settings, spent_seconds: spentSeconds };
  if (learned === undefined) return { ...place, ...NOTHING, diverged: true };
  const { accuracy, ranks, epochs } = learned;
  const value = worth(accuracy);
  const intervals = worthIntervals({ ranks, lengths }, { seed, other: first });
  const { recall20, mrr20 } = accuracy;
  const measured = { epochs, worth: value, recall20, mrr20, interval: intervals.worth };
  const isFirst = number === 0 && isLast;
  return {
    ...place,
    ...measured,
    ...(first &&
      intervals.difference && {
        gain: { value: value - worthOfRanks(first), interval: intervals.difference },
      }),
    ...(isFirst && { places: writePlaces(ranks) }),
  };
}

const NOTHING = { epochs: {}, worth: 0, recall20: 0, mrr20: 0, interval: [0, 0] } as const;

function worthOfRanks(ranks: Int32Array): number {
  return worth(accuracyOf(ranks));
}

/** [sessions]: predictions of each session that measures. */
function sessionLengths({ walks }: ValidationPlan): Int32Array {
  return walks.short.ends.map((end, at) => end - walks.short.starts[at]! - 1);
}

/** Writes JSON over the file before it, whole or not at all. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
