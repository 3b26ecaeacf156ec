import { counted } from "../counted.ts";
import { TASTE_FIGURES } from "../six-models/measure-tastes.ts";
import {
  type FigureWithInterval,
  type ModelComparison,
  PART_BASELINES,
  type PartFigures,
  PREDICTED_PARTS,
  type PredictedPart,
} from "../six-models/model-comparison.ts";
import { intervalPlot, type PlottedInterval } from "./interval-plot.ts";
import { escaped, htmlTable } from "./markup.ts";

export const SIX_MODELS_TITLE = "The six models of De Boom et al.";
export const SIX_MODELS_NOTE =
  "Recurrent models (r) over playlists (P) or histories (H) and weighted sums of the last tracks " +
  "(bW), for the short (ST) or the long term (LT), over the same word2vec vectors. Cosine " +
  "distance from the taste to the wanted tracks: lower is better.";

const PART_TITLES: Readonly<Record<PredictedPart, string>> = {
  next: "The next track",
  ahead: "Tracks 25 to 50 ahead",
};

/** Both parts as plots and a table each. */
export function sixModelsParts(comparison: ModelComparison): string {
  const { trained_on: trained, log, settings } = comparison;
  const told =
    `Learned from ${trained.name} (${counted(trained.events)} events), measured on ${log.name} ` +
    `(${counted(log.events)} events). Vectors: ${settings.vectors.architecture} of ` +
    `${settings.vectors.dimension}; loss: ${settings.loss}.`;
  const parts = PREDICTED_PARTS.map((part) => partOf(comparison, part));
  return `<p class="note">${escaped(told)}</p>${parts.join("")}`;
}

function partOf(comparison: ModelComparison, part: PredictedPart): string {
  const { points, listeners, relevant, unknown } = comparison.predictions[part];
  const counts =
    `${counted(points)} predictions of ${counted(listeners)} listeners; ${counted(unknown)} of ` +
    `${counted(relevant)} wanted tracks were not learned: out of the distance, misses in recall.`;
  const plots = [
    plot(comparison, part, { title: "Cosine with the wanted tracks", of: cosine }),
    plot(comparison, part, { title: "Recall@20", of: (figures) => figures["recall@20"] }),
  ];
  return [
    `<h3>${PART_TITLES[part]}</h3><p class="note">${escaped(counts)}</p>`,
    `<div class="pair">${plots.join("")}</div>`,
    partTable(comparison, part),
  ].join("");
}

type Plotted = Pick<FigureWithInterval, "value" | "interval">;

/** One minus the distance, so that better stands higher, as in every plot of the page. */
function cosine({ cosine_distance: { value, interval } }: PartFigures): Plotted {
  return { value: 1 - value, interval: [1 - interval[1], 1 - interval[0]] };
}

function plot(
  { models }: ModelComparison,
  part: PredictedPart,
  { title, of }: { readonly title: string; readonly of: (figures: PartFigures) => Plotted },
): string {
  const rows = Object.entries(models).map(([name, model]): PlottedInterval => {
    const { value, interval } = of(model[part]);
    return { name, value, interval, kind: name.startsWith("b") ? "baseline" : "source" };
  });
  return `<div><h3>${title}</h3>${intervalPlot(`${title}: ${PART_TITLES[part]}`, rows)}</div>`;
}

function partTable({ models }: ModelComparison, part: PredictedPart): string {
  const baseline = PART_BASELINES[part];
  const help = `this model minus ${baseline}, paired 95% interval`;
  const columns = [
    { title: "model" },
    ...TASTE_FIGURES.flatMap((figure) => [
      { title: shown(figure), help: "with its 95% interval", isNumber: true },
      { title: `minus ${baseline}`, help, isNumber: true },
    ]),
    { title: "fitted" },
  ];
  const rows = Object.entries(models).map(([name, model]) => ({
    cells: [
      escaped(name),
      ...TASTE_FIGURES.flatMap((figure) => cells(model[part][figure])),
      escaped(model.fitted),
    ],
  }));
  return htmlTable(columns, [rows]);
}

function cells({ value, interval, minus_baseline: minus }: FigureWithInterval): string[] {
  const within = interval.map((end) => end.toFixed(4)).join("–");
  const middle = `${value.toFixed(4)} <span class="within">${within}</span>`;
  if (minus === undefined) return [middle, ""];
  const ends = minus.interval.map(signed).join(" … ");
  return [middle, `${signed(minus.difference)} <span class="within">${ends}</span>`];
}

function shown(figure: string): string {
  return escaped(figure.replaceAll("_", " "));
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
