import type { ListenerId } from "../../core/domain/ids.ts";
import { compareModels, type Interval } from "./bootstrap.ts";

/** A listed track before and after the event that counts most for it was deleted. */
export interface ExplanationCase {
  readonly listener: ListenerId;
  /** How much lower the track was said to be without the event; below 0 for one that held it
   *  back. */
  readonly effect: number;
  /** How much lower it is: its score over the average track's. */
  readonly lost: number;
  /** Its rank in the whole catalogue, from 1. */
  readonly rankBefore: number;
  readonly rankAfter: number;
}

export interface ExplanationFigures {
  readonly cases: number;
  /** Cases in which the score went where it was said to go, with the middle 95% over listeners. */
  readonly as_told: number;
  readonly as_told_interval: Interval;
  /** Cases in which the rank got worse, stayed, and got better. */
  readonly rank_worse: number;
  readonly rank_same: number;
  readonly rank_better: number;
  readonly mean_rank: { readonly before: number; readonly after: number };
  readonly mean_effect: { readonly told: number; readonly found: number };
}

const BOOTSTRAP = { seed: 1, resamples: 1000 };

/** Zeros where there is no case. */
export function explanationFigures(cases: readonly ExplanationCase[]): ExplanationFigures {
  const share = (count: number) => (cases.length === 0 ? 0 : count / cases.length);
  const shareOf = (holds: (one: ExplanationCase) => boolean) => share(cases.filter(holds).length);
  const mean = (value: (one: ExplanationCase) => number) =>
    share(cases.reduce((sum, one) => sum + value(one), 0));
  return {
    cases: cases.length,
    as_told: shareOf(isAsTold),
    as_told_interval: intervalOverListeners(cases),
    rank_worse: shareOf((one) => one.rankAfter > one.rankBefore),
    rank_same: shareOf((one) => one.rankAfter === one.rankBefore),
    rank_better: shareOf((one) => one.rankAfter < one.rankBefore),
    mean_rank: { before: mean((one) => one.rankBefore), after: mean((one) => one.rankAfter) },
    mean_effect: { told: mean((one) => one.effect), found: mean((one) => one.lost) },
  };
}

function isAsTold({ effect, lost }: ExplanationCase): boolean {
  return effect > 0 ? lost > 0 : lost < 0;
}

/** Resamples whole listeners, since one listener's cases are alike. */
function intervalOverListeners(cases: readonly ExplanationCase[]): Interval {
  const listeners = Map.groupBy(cases, ({ listener }) => listener);
  const of = (count: (own: readonly ExplanationCase[]) => number) =>
    Float64Array.from(listeners.values(), count);
  const sums = { told: of((own) => own.filter(isAsTold).length) };
  const predictions = of((own) => own.length);
  return compareModels({ predictions, sums }, "told", BOOTSTRAP).intervals.told!;
}
