import { Failure } from "../../core/domain/failure.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";
import {
  type Difference,
  differenceOf,
  FIGURE_NAMES,
  type FigureName,
  figureOf,
  type Look,
  looksOnTheWay,
} from "./compare-arms.ts";
import type { Estimate } from "./confidence.ts";
import { type InterleavingWins, interleavingWins } from "./interleaving-wins.ts";
import type { ListenerOutcome, Outcomes } from "./listener-outcomes.ts";
import { sampleRatioP } from "./sample-ratio.ts";

/** What came of an experiment. */
export interface ExperimentReport {
  readonly experiment: string;
  readonly control: string;
  readonly windowDays: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly outcomes: Omit<Outcomes, "complete" | "untilMs">;
  /** How likely parts so far from their shares would be by chance; below 0.001 something is wrong
   *  with how listeners were divided or logged. */
  readonly sampleRatioP: number;
  /** The control first. */
  readonly arms: readonly ArmReport[];
  readonly interleaving: InterleavingWins | undefined;
}

export interface ArmReport {
  readonly arm: string;
  readonly listeners: number;
  readonly bundles: readonly string[];
  readonly figures: Readonly<Record<FigureName, Estimate>>;
  /** To the control; none for the control itself, nor where there are too few listeners. */
  readonly differences: Readonly<Partial<Record<FigureName, Difference>>>;
  /** What looks on the way would have seen of these figures. */
  readonly looks: Readonly<Record<LookedAt, readonly Look[]>>;
}

/** The figures that plots show. */
export const LOOKED_AT = ["plays", "skip_share"] as const satisfies readonly FigureName[];
export type LookedAt = (typeof LOOKED_AT)[number];
const LOOKS_MAX = 12;

/** Compares the arms of one experiment. `tightAt` is the number of listeners, of both arms
 *  together, at which sequential intervals are tightest; it must be chosen before the first look.
 */
export function reportExperiment(
  experiment: { readonly name: string; readonly lists: readonly LoggedList[] },
  { complete, untilMs, ...counts }: Outcomes,
  { windowDays, tightAt }: { readonly windowDays: number; readonly tightAt: number },
): ExperimentReport {
  const control = controlOf(experiment);
  const of = (name: string) => complete.filter(({ arm }) => arm === name);
  const names = armNames(experiment.lists, control);
  const arms = names.map((arm): ArmReport => {
    const own = of(arm);
    const compared = arm === control ? undefined : of(control);
    return {
      arm,
      listeners: own.length,
      bundles: bundlesOf(own),
      figures: byFigure((figure) => figureOf(own, figure, tightAt)),
      differences: compared ? differencesTo(own, compared, tightAt) : {},
      looks: byLookedAt((figure) =>
        compared
          ? looksOnTheWay(complete, { arm, control }, { figure, tightAt, looksMax: LOOKS_MAX })
          : [],
      ),
    };
  });
  const other = names.find((name) => name !== control);
  return {
    experiment: experiment.name,
    control,
    windowDays,
    fromMs: experiment.lists.reduce((first, { madeAtMs }) => Math.min(first, madeAtMs), untilMs),
    untilMs,
    outcomes: counts,
    sampleRatioP: sampleRatioP(counts.parts),
    arms,
    interleaving:
      other === undefined
        ? undefined
        : interleavingWins(complete, { arm: other, control }, tightAt),
  };
}

/** Throws `bad_request` where the log holds no list of the experiment. */
function controlOf({ name, lists }: { name: string; lists: readonly LoggedList[] }): string {
  const control = lists.findLast(({ experiment }) => experiment?.name === name)?.experiment
    ?.control;
  if (control !== undefined) return control;
  throw new Failure("bad_request", `the log has no list of an experiment "${name}"`, {
    field: "--experiment",
  });
}

/** The control first, then the others by name. */
function armNames(lists: readonly LoggedList[], control: string): readonly string[] {
  const names = new Set<string>();
  for (const { experiment, tracks } of lists) {
    if (experiment?.arm !== undefined) names.add(experiment.arm);
    else for (const { arm } of tracks) if (arm !== undefined) names.add(arm);
  }
  names.delete(control);
  return [control, ...[...names].sort()];
}

function bundlesOf(outcomes: readonly ListenerOutcome[]): readonly string[] {
  return [...new Set(outcomes.flatMap(({ bundles }) => [...bundles]))].sort();
}

function differencesTo(
  own: readonly ListenerOutcome[],
  control: readonly ListenerOutcome[],
  tightAt: number,
): ArmReport["differences"] {
  const found = FIGURE_NAMES.flatMap((figure) => {
    const difference = differenceOf(own, control, { figure, tightAt });
    return difference === undefined ? [] : [[figure, difference] as const];
  });
  return Object.fromEntries(found);
}

function byLookedAt<T>(value: (figure: LookedAt) => T): Record<LookedAt, T> {
  return Object.fromEntries(LOOKED_AT.map((name) => [name, value(name)])) as Record<LookedAt, T>;
}

function byFigure<T>(value: (figure: FigureName) => T): Record<FigureName, T> {
  return Object.fromEntries(FIGURE_NAMES.map((name) => [name, value(name)])) as Record<
    FigureName,
    T
  >;
}
