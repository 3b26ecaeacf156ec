import { drawTable } from "../table.ts";
import { type Latencies, PERCENTILES } from "./latencies.ts";
import type { StageResult } from "./run-stage.ts";
import type { Objective } from "./stages.ts";

/** One stage as `--json` prints it; times are milliseconds. */
export interface StageFigures {
  readonly rate: number;
  readonly reached: number;
  readonly jobs: number;
  readonly failed: number;
  readonly dropped: number;
  readonly max_ms: number;
  /** From when a job was due. */
  readonly percentiles_ms: Readonly<Record<string, number>>;
  /** From when it was sent. */
  readonly sent_percentiles_ms: Readonly<Record<string, number>>;
}

export interface LoadFigures {
  readonly stages: readonly StageFigures[];
  /** The last rate before the first that was not kept up; null where all or none were. */
  readonly knee: number | null;
  readonly objective: { readonly text: string; readonly met: boolean } | null;
}

/** A rate is kept up where so much of it is reached and the 99th percentile is no more than so many
 *  times that of the first stage. */
const REACHED_MIN = 0.95;
const SLOWER_MAX = 5;

export function loadFigures(
  results: readonly StageResult[],
  objective: (Objective & { readonly text: string }) | undefined,
): LoadFigures {
  const stages = results.map(figuresOf);
  const isKept = ({ rate, reached, failed, percentiles_ms: at }: StageFigures) =>
    failed === 0 &&
    reached >= rate * REACHED_MIN &&
    at.p99! <= SLOWER_MAX * stages[0]!.percentiles_ms.p99!;
  const first = stages.findIndex((stage) => !isKept(stage));
  const isMet = (result: StageResult) =>
    result.failed === 0 &&
    result.dropped === 0 &&
    result.latencies.percentile(objective!.percentile) <= objective!.ms;
  return {
    stages,
    knee: first > 0 ? stages[first - 1]!.rate : null,
    objective: objective ? { text: objective.text, met: results.every(isMet) } : null,
  };
}

function figuresOf(result: StageResult): StageFigures {
  const { rate, reached, latencies, sentLatencies, failed, dropped } = result;
  return {
    rate,
    reached,
    jobs: latencies.count(),
    failed,
    dropped,
    max_ms: latencies.max(),
    percentiles_ms: percentilesOf(latencies),
    sent_percentiles_ms: percentilesOf(sentLatencies),
  };
}

function percentilesOf(latencies: Latencies): Record<string, number> {
  const named = PERCENTILES.map((one) => [`p${one}`, latencies.percentile(one)] as const);
  return Object.fromEntries(named);
}

export function loadTable({ stages, knee, objective }: LoadFigures): string {
  const names = PERCENTILES.map((percentile) => `p${percentile}`);
  const titles = ["rate", "reached", "jobs", "failed", "dropped", "from", ...names, "max"];
  const columns = titles.map((title) => ({ title, right: true }));
  const shown = (percentiles: StageFigures["percentiles_ms"]) =>
    names.map((name) => percentiles[name]!.toFixed(2));
  const rows = stages.flatMap((stage) => [
    [
      stage.rate.toFixed(0),
      stage.reached.toFixed(0),
      ...[stage.jobs, stage.failed, stage.dropped].map(String),
      "due",
      ...shown(stage.percentiles_ms),
      stage.max_ms.toFixed(2),
    ],
    [...Array(5).fill(""), "sent", ...shown(stage.sent_percentiles_ms), ""],
  ]);
  const found = knee === null ? "" : `kept up to ${knee.toFixed(0)} a second\n`;
  const held = objective === null ? "" : `${objective.text}: ${objective.met ? "met" : "missed"}\n`;
  const meaning = "times are milliseconds, from when a job was due and from when it was sent\n";
  return `${drawTable(columns, rows)}${meaning}${found}${held}`;
}

const [WIDTH, HEIGHT, MARGIN] = [720, 320, 48];

/** The same as a page that stands alone: the table, and latency over rate, logarithmic. */
export function loadPage(figures: LoadFigures): string {
  const { stages } = figures;
  const rateMax = Math.max(...stages.map(({ rate }) => rate));
  const msMax = Math.max(1, ...stages.map(({ max_ms: max }) => max));
  const x = (rate: number) => MARGIN + (rate / rateMax) * (WIDTH - 2 * MARGIN);
  const height = (ms: number) => Math.log10(1 + ms) / Math.log10(1 + msMax);
  const y = (ms: number) => HEIGHT - MARGIN - height(ms) * (HEIGHT - 2 * MARGIN);
  const lines = ["p50", "p90", "p99"].map((name, index) => {
    const points = stages.map((stage) => [x(stage.rate), y(stage.percentiles_ms[name]!)]);
    const path = points.map(([left, top]) => `${left!.toFixed(1)},${top!.toFixed(1)}`).join(" ");
    const dots = points.map(([left, top]) => `<circle cx="${left}" cy="${top}" r="3"/>`).join("");
    const label = `<text x="${WIDTH - MARGIN + 4}" y="${points.at(-1)![1]}">${name}</text>`;
    return `<g class="c${index}"><polyline points="${path}"/>${dots}${label}</g>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Segue under load</title>
<style>body{font:15px/1.5 system-ui;margin:2rem;color-scheme:light dark}polyline{fill:none;
stroke:currentColor;stroke-width:2}circle,text{fill:currentColor}
.c0{color:#2a7de1}.c1{color:#b87a00}.c2{color:#c0392b}</style><h1>Segue under load</h1>
<svg role="img" aria-label="Latency over rate" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}">
<text x="8" y="24">ms, logarithmic, up to ${msMax.toFixed(1)}</text>
<text x="${MARGIN}" y="${HEIGHT - 12}">jobs a second, up to ${rateMax.toFixed(0)}</text>
${lines.join("\n")}</svg><pre>${loadTable(figures)}</pre></html>
`;
}
