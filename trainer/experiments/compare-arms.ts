import { type Estimate, estimateOf } from "./confidence.ts";
import type { ListenerOutcome } from "./listener-outcomes.ts";
import { type Ratio, type RatioParts, ratioOf } from "./ratio.ts";

/** What is told of an arm: means over listeners, or shares of all that their listeners did. */
export const FIGURES = {
  plays: "plays of listed tracks, a listener",
  skip_share: "share of listed tracks that were begun and then skipped",
  listed_minutes: "minutes of listed tracks, a listener",
  minutes: "minutes of any track, a listener",
  lists: "lists, a listener",
} as const;
export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

const PARTS: Readonly<Record<FigureName, (outcome: ListenerOutcome) => RatioParts>> = {
  plays: ({ plays }) => [plays, 1],
  skip_share: ({ plays, skips }) => [skips, plays + skips],
  listed_minutes: ({ listedMinutes }) => [listedMinutes, 1],
  minutes: ({ minutes }) => [minutes, 1],
  lists: ({ lists }) => [lists, 1],
};

/** Fewer listeners of an arm say nothing by which to go: the intervals are asymptotic. */
export const ARM_LISTENERS_MIN = 30;

export interface Difference extends Estimate {
  /** As a part of the control's figure; NaN where that is 0. */
  readonly relative: number;
}

/** One figure of an arm's listeners. */
export function figureOf(
  outcomes: readonly ListenerOutcome[],
  figure: FigureName,
  tightAt: number,
): Estimate {
  const ratio = ratioOf(outcomes.map(PARTS[figure]));
  return estimateOf(ratio.value, ratio.error, { count: ratio.count, tightAt });
}

/** How far an arm's figure is above the control's. Undefined where either has fewer than
 *  `ARM_LISTENERS_MIN` listeners. `tightAt` counts listeners of both. */
export function differenceOf(
  arm: readonly ListenerOutcome[],
  control: readonly ListenerOutcome[],
  { figure, tightAt }: { readonly figure: FigureName; readonly tightAt: number },
): Difference | undefined {
  if (Math.min(arm.length, control.length) < ARM_LISTENERS_MIN) return undefined;
  const of = (outcomes: readonly ListenerOutcome[]): Ratio => ratioOf(outcomes.map(PARTS[figure]));
  const [one, other] = [of(arm), of(control)];
  const error = Math.hypot(one.error, other.error);
  const count = one.count + other.count;
  const estimate = estimateOf(one.value - other.value, error, { count, tightAt });
  return { ...estimate, relative: other.value === 0 ? Number.NaN : estimate.value / other.value };
}

/** A look at a difference when so many listeners of both arms were complete. */
export interface Look {
  readonly listeners: number;
  readonly difference: Difference;
}

/** What would have been seen at up to `looksMax` times on the way, evenly over listeners. */
export function looksOnTheWay(
  complete: readonly ListenerOutcome[],
  arms: { readonly arm: string; readonly control: string },
  { looksMax, ...asked }: { figure: FigureName; tightAt: number; looksMax: number },
): readonly Look[] {
  const both = complete.filter(({ arm }) => arm === arms.arm || arm === arms.control);
  const looks: Look[] = [];
  for (let look = 1; look <= looksMax; look++) {
    const listeners = Math.floor((look * both.length) / looksMax);
    if (listeners === looks.at(-1)?.listeners) continue;
    const seen = both.slice(0, listeners);
    const of = (name: string) => seen.filter(({ arm }) => arm === name);
    const difference = differenceOf(of(arms.arm), of(arms.control), asked);
    if (difference !== undefined) looks.push({ listeners, difference });
  }
  return looks;
}
