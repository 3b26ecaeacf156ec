import { counted } from "../counted.ts";
import type { BrokenDown } from "./break-down.ts";
import type { ReportData } from "./collect-report.ts";
import { intervalPlot, type PlottedInterval } from "./interval-plot.ts";
import type { LearningCurve } from "./learning-curves.ts";
import { linePlot } from "./line-plot.ts";
import { element, escaped, htmlTable } from "./markup.ts";
import { page, pair, section, titled } from "./page.ts";
import { PREPARATION_NOTE, PREPARATION_TITLE, preparationParts } from "./preparation-section.ts";
import { costTable, figuresTable, listTable } from "./report-tables.ts";
import { SIX_MODELS_NOTE, SIX_MODELS_TITLE, sixModelsParts } from "./six-models-section.ts";
import { SKIP_NOTE, skipTable } from "./skip-table.ts";

/** The report as one page that stands alone: no script, no font, no picture from elsewhere. The
 *  same data give the same bytes. */
export function renderReport(data: ReportData): string {
  const { log, compared } = data;
  const title = `How well ${compared.bundle_id.slice(0, 12)} recommends ${log.name}`;
  const sections = [
    header(data),
    section("Recall and rank", mainNote(data), mainPlots(data) + figuresTable(compared)),
    ...(data.curves.length > 0
      ? [section("Learning", LEARNING_NOTE, pair(data.curves.flatMap(curvePlots)))]
      : []),
    ...(data.preparation === undefined
      ? []
      : [section(PREPARATION_TITLE, PREPARATION_NOTE, preparationParts(data.preparation))]),
    section("Where the hits are", BREAKDOWN_NOTE, pair(data.breakdowns.map(breakdownPlot))),
    section("The blend", BLEND_NOTE, blendParts(data)),
    section("Beyond hits", LISTS_NOTE, listTable(data.lists)),
    ...(data.models === undefined
      ? []
      : [section(SIX_MODELS_TITLE, SIX_MODELS_NOTE, sixModelsParts(data.models))]),
    ...(compared.skip === undefined ? [] : [section("Skips", SKIP_NOTE, skipTable(compared.skip))]),
    section("Costs", COSTS_NOTE, costTable(data)),
    section("How this was measured", "", protocol(data)),
  ];
  return page(title, sections);
}

const LEARNING_NOTE =
  "By epoch, on the sessions that training held back. The larger dot is the epoch that was kept.";
const BREAKDOWN_NOTE =
  "Recall@20 of the sources and of two baselines. Pale bars: how many predictions stand behind a " +
  "point, from 0 to the most.";
const BLEND_NOTE =
  "Weights multiply a source's scores, which have scales of their own. Shares say what the " +
  "weights come to: how much of what lifts a listed track above the average one is each source's.";
const LISTS_NOTE =
  "What the lists of 20 hold, right or wrong. Coverage: share of the catalogue in any list. " +
  "Gini: 0 where every track is shown as often, 1 where one has it all. Novelty: mean −log2 of a " +
  "shown track's share of plays. Diversity: mean cosine distance of a list's pairs. " +
  "Serendipity: share of places with a hit that the most played tracks would not have given.";
const COSTS_NOTE = "CPU time on the machine that made this report; compare within one report only.";

function header({ compared, log, catalogue }: ReportData): string {
  const cards: readonly (readonly [string, string])[] = [
    [compared["recall@20"].toFixed(4), "recall@20 of the blend"],
    [compared["mrr@20"].toFixed(4), "MRR@20 of the blend"],
    [counted(compared.predictions), "predictions"],
    [counted(catalogue), "tracks ranked"],
  ];
  const drawn = cards.map(([value, what]) => {
    return `<div class="card"><b>${value}</b><span>${escaped(what)}</span></div>`;
  });
  const bundle = `<code>${escaped(compared.bundle_id.slice(0, 12))}</code>`;
  return [
    "<h1>How well the next track is predicted</h1>",
    `<p class="lead">Bundle ${bundle} on ${escaped(log.name)}: ${counted(log.events)} events in `,
    `${counted(log.sessions)} sessions, replayed through the code that serves.</p>`,
    `<div class="cards">${drawn.join("")}</div>`,
  ].join("");
}

function mainNote({ compared }: ReportData): string {
  const baselines = Object.keys(compared.baselines).length;
  const more = baselines === 0 ? "" : ` and ${baselines} baselines`;
  return `The served blend, its sources alone${more}, on the same predictions, with 95% intervals.`;
}

function mainPlots({ compared }: ReportData): string {
  const rows = (figure: "recall@20" | "mrr@20"): PlottedInterval[] => [
    ...Object.entries(compared.by_source).map(([name, figures]) => ({
      name,
      value: figures[figure],
      interval: figures.intervals[figure],
      kind: name === "blend" ? ("subject" as const) : ("source" as const),
    })),
    ...Object.entries(compared.baselines).map(([name, figures]) => ({
      name,
      value: figures[figure],
      interval: figures.intervals[figure],
      kind: "baseline" as const,
    })),
  ];
  return pair([
    titled("Recall@20", intervalPlot("Recall at 20 by model", rows("recall@20"))),
    titled("MRR@20", intervalPlot("Mean reciprocal rank at 20 by model", rows("mrr@20"))),
  ]);
}

function curvePlots(curve: LearningCurve): string[] {
  const labels = curve.losses.map((_, epoch) => String(epoch + 1));
  const marked = curve.bestEpoch === undefined ? undefined : curve.bestEpoch - 1;
  const draw = (name: string, values: readonly number[]) => {
    const title = `${curve.model}: ${name}`;
    const lines = [{ name, values, marked }];
    return titled(title, linePlot({ title, labels, axis: "epoch", lines, fromZero: false }));
  };
  return [
    draw("loss in training", curve.losses),
    draw("recall@20 on held-back sessions", curve.recalls),
  ];
}

function breakdownPlot(brokenDown: BrokenDown): string {
  const { title, axis, note, groups, lines } = brokenDown;
  const told = titled(title, `<p class="note">${escaped(note)}</p>`);
  if (groups.length <= GROUPS_OF_A_TABLE) return told + groupTable(brokenDown);
  const plot = linePlot({
    title,
    labels: groups.map(({ label }) => label),
    axis,
    lines,
    fromZero: true,
    counts: groups.map(({ predictions }) => predictions),
  });
  return told + plot;
}

/** So few groups make no line. */
const GROUPS_OF_A_TABLE = 2;

function groupTable({ groups, lines }: BrokenDown): string {
  const columns = groups.map(({ label, predictions }) => {
    return { title: `${label} (${counted(predictions)})`, isNumber: true };
  });
  const rows = lines.map(({ name, values }) => ({
    emphasis: name === "blend",
    cells: [escaped(name.replaceAll("_", " ")), ...values.map((value) => value.toFixed(4))],
  }));
  return htmlTable([{ title: "recall@20" }, ...columns], [rows]);
}

function blendParts({ blend, shares }: ReportData): string {
  const sources = Object.keys(blend);
  const bar = sources.map((source, index) => {
    const share = 100 * (shares[source] ?? 0);
    const title = `${source}: ${share.toFixed(1)}%`;
    return element("i", { class: `key-${index + 1}`, style: `width:${share.toFixed(2)}%`, title });
  });
  const rows = sources.map((source, index) => ({
    cells: [
      `<span class="key key-${index + 1}">${escaped(source)}</span>`,
      blend[source]!.toFixed(3),
      `${(100 * (shares[source] ?? 0)).toFixed(1)}%`,
    ],
  }));
  const columns = [
    { title: "source" },
    { title: "weight", isNumber: true },
    { title: "share of the lists", isNumber: true },
  ];
  const table = htmlTable(columns, [rows]);
  return `<div class="shares" role="img" aria-label="shares">${bar.join("")}</div>${table}`;
}

function protocol({ compared, idleTimeoutMs, trainedOn }: ReportData): string {
  const minutes = idleTimeoutMs / 60_000;
  const unknown = compared.unknown_targets;
  const notes = [
    "Every event but the first of each session is predicted from what came before it; the answer " +
      "is the track of that event. Recall@k is the share of answers among the first k, MRR@20 " +
      "the mean of one over the rank, 0 beyond 20.",
    "All tracks of the catalogue are ranked, none sampled. Equal scores stand in order of track " +
      "index, the more played first. Tracks just heard stay in the lists.",
    `A session ends where the player says so, or after ${minutes} minutes of silence.`,
    `${counted(unknown)} answers are tracks that the bundle does not know; they count as misses.`,
    "Events go through ingest and lists come from the scorer: the evaluation ranks nothing itself.",
    "Intervals are percentiles of 1,000 resamples of whole sessions. Blend minus: the same " +
      "resamples for both, so an interval clear of 0 is a difference. Sign test: over sessions.",
    ...(trainedOn === undefined
      ? []
      : [`Baselines learned from ${trainedOn} and answered the same predictions.`]),
  ];
  const sources = Object.entries(compared.baselines).map(([name, { source }]) => ({
    cells: [`<span class="term">${escaped(name.replaceAll("_", " "))}</span>`, escaped(source)],
  }));
  const columns = [{ title: "baseline" }, { title: "definition" }];
  const table = sources.length === 0 ? "" : htmlTable(columns, [sources]);
  const drawn = notes.map((note) => `<li>${escaped(note)}</li>`).join("");
  return `<ul class="protocol">${drawn}</ul>${table.replaceAll("<td>", '<td class="long">')}`;
}
