import type { ListenerId } from "../../core/domain/ids.ts";
import { compareModels, type Interval } from "./bootstrap.ts";

/** Mean ranks of the tracks that are like a skipped one, from 1; a higher one is a worse place. */
export interface SkipCase {
  readonly listener: ListenerId;
  readonly before: number;
  readonly skipped: number;
  /** Had the same track been heard to its end. */
  readonly finished: number;
}

export interface EarlySkipFigures {
  readonly cases: number;
  /** Cases in which the skip worsened the mean rank, with the middle 95% over listeners. */
  readonly lowered: number;
  readonly lowered_interval: Interval;
  /** Cases in which the mean rank is worse after a skip than after a finished play. */
  readonly below_finished: number;
  readonly mean_rank: {
    readonly before: number;
    readonly skipped: number;
    readonly finished: number;
  };
}

const BOOTSTRAP = { seed: 1, resamples: 1000 };

/** Zeros where there is no case. */
export function earlySkipFigures(cases: readonly SkipCase[]): EarlySkipFigures {
  const share = (count: number) => (cases.length === 0 ? 0 : count / cases.length);
  const mean = (rank: "before" | "skipped" | "finished") =>
    share(cases.reduce((sum, one) => sum + one[rank], 0));
  return {
    cases: cases.length,
    lowered: share(cases.filter(isLowered).length),
    lowered_interval: intervalOverListeners(cases),
    below_finished: share(cases.filter((one) => one.skipped > one.finished).length),
    mean_rank: { before: mean("before"), skipped: mean("skipped"), finished: mean("finished") },
  };
}

function isLowered({ before, skipped }: SkipCase): boolean {
  return skipped > before;
}

/** Resamples whole listeners, since one listener's cases are alike. */
function intervalOverListeners(cases: readonly SkipCase[]): Interval {
  const listeners = Map.groupBy(cases, ({ listener }) => listener);
  const of = (count: (own: readonly SkipCase[]) => number) =>
    Float64Array.from(listeners.values(), count);
  const sums = { lowered: of((own) => own.filter(isLowered).length) };
  const predictions = of((own) => own.length);
  return compareModels({ predictions, sums }, "lowered", BOOTSTRAP).intervals.lowered!;
}
