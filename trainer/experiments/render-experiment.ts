import { counted } from "../counted.ts";
import { intervalPlot } from "../report/interval-plot.ts";
import { linePlot } from "../report/line-plot.ts";
import { escaped, htmlTable, type TableRow } from "../report/markup.ts";
import { page, pair, section, titled } from "../report/page.ts";
import { FIGURE_NAMES, FIGURES, type FigureName, type Look } from "./compare-arms.ts";
import type { Estimate } from "./confidence.ts";
import {
  type ArmReport,
  type ExperimentReport,
  LOOKED_AT,
  type LookedAt,
} from "./experiment-report.ts";
import { comparedArms, reportNotes, signed } from "./report-text.ts";

/** The report as one page that stands alone, in the style of `segue report`. The same report gives
 *  the same bytes. */
export function renderExperiment(report: ExperimentReport): string {
  const title = `What came of ${report.experiment}`;
  const compared = comparedArms(report);
  const sections = [
    header(report),
    section("Arms", ARMS_NOTE, armTable(report)),
    ...(compared.length > 0
      ? [
          section("Against the control", DIFFERENCE_NOTE, differenceTable(compared)),
          section("On the way", LOOKS_NOTE, compared.map(looksPlots).join("")),
        ]
      : []),
    ...(report.interleaving === undefined
      ? []
      : [section("Interleaved lists", INTERLEAVING_NOTE, interleavingTable(report))]),
    section("How this was measured", "", protocol(report)),
  ];
  return page(title, sections);
}

const ARMS_NOTE = "Means over listeners with intervals of 95% at one look.";
const DIFFERENCE_NOTE =
  "Arm minus control. The first interval is of 95% if it is looked once, at a time that was " +
  "fixed before; the second one however often and whenever.";
const LOOKS_NOTE =
  "What looks on the way would have seen. Where the sequential interval leaves 0, the experiment " +
  "could have ended.";
const INTERLEAVING_NOTE =
  "Listeners whose lists were drawn from both arms. An arm wins a listener who played more of " +
  "its tracks.";

function header({ experiment, control, arms, fromMs, untilMs }: ExperimentReport): string {
  const cards = arms.map(({ arm, listeners, figures }) => {
    const what = `plays a listener of ${arm} (${counted(listeners)} listeners)`;
    const value = figures.plays.value.toFixed(3);
    return `<div class="card"><b>${value}</b><span>${escaped(what)}</span></div>`;
  });
  const [from, until] = [fromMs, untilMs].map((atMs) => new Date(atMs).toISOString().slice(0, 16));
  return [
    `<h1>What came of ${escaped(experiment)}</h1>`,
    `<p class="lead">${from} to ${until} UTC, against ${escaped(control)}.</p>`,
    `<div class="cards">${cards.join("")}</div>`,
  ].join("");
}

function armTable({ arms, control }: ExperimentReport): string {
  const columns = FIGURE_NAMES.map((name) => {
    return { title: name.replaceAll("_", " "), help: FIGURES[name], isNumber: true };
  });
  const rows = arms.map(
    ({ arm, listeners, figures }): TableRow => ({
      emphasis: arm !== control,
      cells: [
        escaped(arm),
        counted(listeners),
        ...FIGURE_NAMES.map((name) => withInterval(figures[name])),
      ],
    }),
  );
  // Of one listener there is no interval.
  const plotted = arms.filter(({ listeners }) => listeners > 1);
  const plots = LOOKED_AT.map((figure) => {
    const intervals = plotted.map(({ arm, figures }) => ({
      name: arm,
      value: figures[figure].value,
      interval: figures[figure].interval,
      kind: arm === control ? ("baseline" as const) : ("subject" as const),
    }));
    return titled(FIGURES[figure], intervalPlot(FIGURES[figure], intervals));
  });
  const all = [{ title: "arm" }, { title: "listeners", isNumber: true }, ...columns];
  return pair(plots) + htmlTable(all, [rows]);
}

function withInterval({ value, interval }: Estimate): string {
  if (interval.some(Number.isNaN)) return value.toFixed(4);
  const within = interval.map((end) => end.toFixed(4)).join("–");
  return `${value.toFixed(4)} <span class="within">${within}</span>`;
}

function differenceTable(compared: readonly ArmReport[]): string {
  const columns = [
    { title: "figure" },
    { title: "arm" },
    { title: "minus control", isNumber: true },
    { title: "of the control's", isNumber: true },
    { title: "95% at one look", isNumber: true },
    { title: "95% at every look", isNumber: true },
  ];
  const bodies = FIGURE_NAMES.map((figure) =>
    compared.flatMap((arm) => differenceRow(arm, figure)),
  );
  return htmlTable(columns, bodies);
}

function differenceRow({ arm, differences }: ArmReport, figure: FigureName): TableRow[] {
  const found = differences[figure];
  if (found === undefined) return [];
  const { value, relative, interval, sequentialInterval } = found;
  const [low, high] = sequentialInterval;
  const side = low > 0 ? "above" : high < 0 ? "below" : "";
  const share = Number.isFinite(relative) ? `${signed(100 * relative).slice(0, -2)}%` : "";
  const within = [interval, sequentialInterval].map((ends) => ends.map(signed).join(" … "));
  const told = `<span class="${side}">${signed(value)}</span>`;
  return [{ cells: [escaped(FIGURES[figure]), escaped(arm), told, share, ...within] }];
}

function looksPlots(arm: ArmReport): string {
  return pair(LOOKED_AT.map((figure) => looksPlot(arm, figure)));
}

function looksPlot({ arm, looks }: ArmReport, figure: LookedAt): string {
  const line = (name: string, of: (look: Look) => number) => {
    return { name, values: looks[figure].map(of) };
  };
  const title = `${arm} minus control: ${FIGURES[figure]}`;
  const plot = linePlot({
    title,
    labels: looks[figure].map(({ listeners }) => String(listeners)),
    axis: "listeners of both arms",
    fromZero: false,
    lines: [
      line("difference", ({ difference }) => difference.value),
      line("every look, low", ({ difference }) => difference.sequentialInterval[0]),
      line("every look, high", ({ difference }) => difference.sequentialInterval[1]),
    ],
  });
  return titled(title, plot);
}

function interleavingTable({ interleaving }: ExperimentReport): string {
  const { wins, ties } = interleaving!;
  const rows = [...Object.entries(wins), ["neither", ties] as const].map(([name, listeners]) => {
    return { cells: [escaped(name), counted(listeners)] };
  });
  return htmlTable([{ title: "preferred" }, { title: "listeners", isNumber: true }], [rows]);
}

function protocol(report: ExperimentReport): string {
  const notes = [
    ...reportNotes(report),
    ...report.arms.map(({ arm, bundles }) => {
      const named = bundles.map((bundle) => bundle.slice(0, 12)).join(", ");
      return `Lists of ${arm} were scored by bundle ${named || "none"}.`;
    }),
    "Errors by the delta method over listeners; intervals at every look are asymptotic " +
      "confidence sequences (Waudby-Smith et al. 2021, theorem 2.2). Several arms are compared " +
      "one by one.",
  ];
  return `<ul class="protocol">${notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>`;
}
