import { FIGURE_NAMES, FIGURES } from "./compare-arms.ts";
import type { Estimate } from "./confidence.ts";
import type { ArmReport, ExperimentReport } from "./experiment-report.ts";

/** A table, ready to be drawn. */
export interface TextTable {
  readonly columns: readonly { readonly title: string; readonly right?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** One row for each figure of each arm. */
export function reportTable({ arms }: ExperimentReport): TextTable {
  const right = { right: true };
  return {
    columns: [
      { title: "figure" },
      { title: "arm" },
      { title: "listeners", ...right },
      { title: "value", ...right },
      { title: "minus control", ...right },
      { title: "95% at one look", ...right },
      { title: "95% at every look", ...right },
    ],
    rows: FIGURE_NAMES.flatMap((figure) =>
      arms.map((arm) => {
        const { value } = arm.figures[figure];
        return [
          FIGURES[figure],
          arm.arm,
          String(arm.listeners),
          value.toFixed(4),
          ...versus(arm.differences[figure]),
        ];
      }),
    ),
  };
}

/** Sentences below the table. */
export function reportNotes(report: ExperimentReport): readonly string[] {
  const { outcomes, interleaving, windowDays } = report;
  const days = windowDays === 1 ? "day" : `${windowDays} days`;
  const told = [
    `A listener counts for the first ${days} from their first list on; ` +
      `${outcomes.incomplete} are not through, ` +
      `${outcomes.inTwoArms} had two arms and count for none.`,
    `${outcomes.joinedByName} plays and skips named their list, ` +
      `${outcomes.joinedByTime} were joined by track and time.`,
    ...warnings(report),
  ];
  if (interleaving === undefined) return told;
  const { wins, ties, preference, signTestP, listeners } = interleaving;
  const counts = Object.entries(wins).map(([arm, count]) => `${arm} ${count}`);
  const [value, ...intervals] = versus(preference);
  return [
    ...told,
    `Of ${listeners} listeners with interleaved lists: ${counts.join(", ")}, ties ${ties}; ` +
      `preference ${value} (${intervals.join("; every look ")}), ` +
      `sign test p ${signTestP < 0.0001 ? "< 0.0001" : signTestP.toFixed(4)}.`,
  ];
}

/** What makes all figures doubtful. */
function warnings({ arms, outcomes, sampleRatioP }: ExperimentReport): readonly string[] {
  const { joinedByName, joinedByTime, eventsOfOthers } = outcomes;
  const told: string[] = [];
  if (arms.every(({ listeners }) => listeners === 0) && outcomes.incomplete > 0) {
    told.push("No listener of an arm is through: wait, or choose a shorter window.");
  }
  if (joinedByName + joinedByTime === 0 && eventsOfOthers > 0) {
    told.push("No play could be joined: is it the salt that lists were logged with?");
  }
  if (sampleRatioP < SAMPLE_RATIO_P_MIN) {
    told.push(
      `Arms do not have their shares of listeners (p ${sampleRatioP.toExponential(1)}): ` +
        "something is wrong with how they were divided or logged, and no figure can be trusted.",
    );
  }
  return told;
}

const SAMPLE_RATIO_P_MIN = 0.001;

function versus(estimate: Estimate | undefined): readonly [string, string, string] {
  if (estimate === undefined) return ["", "", ""];
  const { value, interval, sequentialInterval } = estimate;
  return [signed(value), within(interval), within(sequentialInterval)];
}

function within(interval: readonly [number, number]): string {
  return interval.map(signed).join(" … ");
}

export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}

/** The arms that are compared with the control. */
export function comparedArms({ arms }: ExperimentReport): readonly ArmReport[] {
  return arms.filter(({ differences }) => FIGURE_NAMES.some((name) => differences[name]));
}
