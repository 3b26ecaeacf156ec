import { compareModels, type SessionSums } from "../evaluate/bootstrap.ts";
import { type MeasuredTastes, TASTE_FIGURES, type TasteFigure } from "./measure-tastes.ts";
import type { FigureWithInterval, PartFigures, PredictionCounts } from "./model-comparison.ts";
import type { PredictionPoints } from "./prediction-points.ts";
import { SIX_MODEL_NAMES, type SixModelName } from "./recipes.ts";

const RESAMPLES = 1000;

/** Each model's figures over `points`, with intervals from resampled listeners (one listener's
 *  points are not independent), and each model's difference to `baseline` on the same resamples. */
export function comparePoints(
  points: PredictionPoints,
  measured: Readonly<Record<SixModelName, MeasuredTastes>>,
  { baseline, seed }: { readonly baseline: SixModelName; readonly seed: number },
): Readonly<Record<SixModelName, PartFigures>> {
  const figures = TASTE_FIGURES.map((figure) => {
    const sums = listenerSums(points, measured, figure);
    return [figure, compareOne(sums, { baseline, seed })] as const;
  });
  const entries = SIX_MODEL_NAMES.map((model) => {
    return [model, Object.fromEntries(figures.map(([figure, of]) => [figure, of(model)]))];
  });
  return Object.fromEntries(entries);
}

export function countPoints(points: PredictionPoints): PredictionCounts {
  return {
    points: points.after.length,
    listeners: new Set(points.listener).size,
    relevant: points.relevant.length,
    unknown: points.relevant.filter((track) => track < 0).length,
  };
}

function compareOne(
  sums: SessionSums,
  { baseline, seed }: { readonly baseline: SixModelName; readonly seed: number },
): (model: SixModelName) => FigureWithInterval {
  const { intervals, differences } = compareModels(sums, baseline, {
    seed,
    resamples: RESAMPLES,
  });
  const total = sums.predictions.reduce((sum, count) => sum + count, 0);
  return (model) => {
    const value = sums.sums[model]!.reduce((sum, one) => sum + one, 0) / Math.max(1, total);
    const found = { value, interval: intervals[model]! };
    if (model === baseline) return found;
    const { difference, interval, sign_test_p } = differences[model]!;
    const turned = { difference: -difference, interval: [-interval[1], -interval[0]] as const };
    return { ...found, minus_baseline: { ...turned, sign_test_p } };
  };
}

/** Sums by listener; points at which the figure has no value are left out for all models alike. */
function listenerSums(
  points: PredictionPoints,
  measured: Readonly<Record<SixModelName, MeasuredTastes>>,
  figure: TasteFigure,
): SessionSums {
  const number = new Map<number, number>();
  for (const listener of points.listener) {
    if (!number.has(listener)) number.set(listener, number.size);
  }
  const sumUp = (values: Float64Array): Float64Array => {
    const sums = new Float64Array(number.size);
    for (const [point, value] of values.entries()) {
      if (!Number.isNaN(value)) sums[number.get(points.listener[point]!)!]! += value;
    }
    return sums;
  };
  const any = measured[SIX_MODEL_NAMES[0]!][figure];
  return {
    predictions: sumUp(any.map((value) => (Number.isNaN(value) ? Number.NaN : 1))),
    sums: Object.fromEntries(SIX_MODEL_NAMES.map((name) => [name, sumUp(measured[name][figure])])),
  };
}
