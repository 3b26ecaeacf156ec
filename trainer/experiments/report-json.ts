import { type Difference, FIGURE_NAMES, type FigureName } from "./compare-arms.ts";
import type { Estimate } from "./confidence.ts";
import type { ArmReport, ExperimentReport } from "./experiment-report.ts";

/** The report as JSON, with the keys that `docs/experiments.md` tells. */
export function reportJson(report: ExperimentReport): object {
  const { outcomes, interleaving } = report;
  return {
    experiment: report.experiment,
    control: report.control,
    window_days: report.windowDays,
    from: timeOf(report.fromMs),
    until: timeOf(report.untilMs),
    listeners_incomplete: outcomes.incomplete,
    listeners_in_two_arms: outcomes.inTwoArms,
    sample_ratio_p: report.sampleRatioP,
    events_of_others: outcomes.eventsOfOthers,
    joined_by_name: outcomes.joinedByName,
    joined_by_time: outcomes.joinedByTime,
    arms: Object.fromEntries(report.arms.map((arm) => [arm.arm, armJson(arm)])),
    interleaving: interleaving && {
      listeners: interleaving.listeners,
      wins: interleaving.wins,
      ties: interleaving.ties,
      preference: estimateJson(interleaving.preference),
      sign_test_p: interleaving.signTestP,
    },
  };
}

function armJson({ listeners, bundles, figures, differences }: ArmReport): object {
  const differs = FIGURE_NAMES.some((name) => differences[name] !== undefined);
  return {
    listeners,
    bundles,
    ...(named((name) => estimateJson(figures[name])) as object),
    ...(differs && { minus_control: named((name) => differenceJson(differences[name])) }),
  };
}

function named(value: (figure: FigureName) => unknown): object {
  return Object.fromEntries(FIGURE_NAMES.map((name) => [name, value(name)]));
}

function differenceJson(difference: Difference | undefined): object | undefined {
  return difference && { ...estimateJson(difference), relative: difference.relative };
}

function estimateJson({ value, interval, sequentialInterval }: Estimate): object {
  return { value, interval, sequential_interval: sequentialInterval };
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
