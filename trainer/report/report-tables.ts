import type { Compared, ComparedFigures } from "../evaluate/compare-ranks.ts";
import type { ComparedEvaluation } from "../evaluate/compare-with-baselines.ts";
import type { ListRow, ReportData } from "./collect-report.ts";
import { escaped, htmlTable, type TableRow } from "./markup.ts";

/** Sources and baselines with their intervals, and how far the blend is above each. */
export function figuresTable(compared: ComparedEvaluation): string {
  const row = ([name, figures]: [string, ComparedFigures]): TableRow => ({
    emphasis: name === "blend",
    cells: [
      shown(name),
      figures["recall@1"].toFixed(4),
      figures["recall@5"].toFixed(4),
      withInterval(figures, "recall@20"),
      withInterval(figures, "mrr@20"),
      difference(figures, "recall@20"),
      difference(figures, "mrr@20"),
      signTest(figures),
    ],
  });
  const columns = [
    { title: "source or baseline" },
    { title: "R@1", help: "recall at 1", isNumber: true },
    { title: "R@5", help: "recall at 5", isNumber: true },
    { title: "R@20", help: "recall at 20, with its 95% interval", isNumber: true },
    { title: "MRR@20", help: "with its 95% interval", isNumber: true },
    { title: "blend minus, R@20", help: "paired 95% interval", isNumber: true },
    { title: "blend minus, MRR@20", help: "paired 95% interval", isNumber: true },
    { title: "sign test p", help: "over sessions, of the reciprocal ranks", isNumber: true },
  ];
  const { with: blend, without } = compared.long_term ?? {};
  const returning = { "returning: blend": blend, "returning: blend without long": without };
  const groups = [compared.by_source, compared.baselines, ...(blend ? [returning] : [])];
  return htmlTable(
    columns,
    groups.map((group) => Object.entries(group as Record<string, ComparedFigures>).map(row)),
  );
}

function withInterval(figures: ComparedFigures, name: Compared): string {
  const within = figures.intervals[name].map((end) => end.toFixed(4)).join("–");
  return `${figures[name].toFixed(4)} <span class="within">${within}</span>`;
}

function difference(figures: ComparedFigures, name: Compared): string {
  const found = figures.blend_minus?.[name];
  if (found === undefined) return "";
  const [low, high] = found.interval;
  const side = low > 0 ? "above" : high < 0 ? "below" : "";
  const within = `${signed(low)} … ${signed(high)}`;
  const middle = `<span class="${side}">${signed(found.difference)}</span>`;
  return `${middle} <span class="within">${within}</span>`;
}

function signTest({ blend_minus: minus }: ComparedFigures): string {
  if (minus === undefined) return "";
  const p = minus["mrr@20"].sign_test_p;
  return p < 0.0001 ? "&lt; 0.0001" : p.toFixed(4);
}

export function listTable(lists: readonly ListRow[]): string {
  const columns = ["coverage", "Gini", "novelty, bits", "mean share of plays", "diversity"]
    .concat("serendipity")
    .map((title) => ({ title, isNumber: true }));
  const rows = lists.map((row) => ({
    emphasis: row.name === "blend",
    cells: [
      shown(row.name),
      percent(row.coverage),
      row.gini.toFixed(3),
      row.novelty.toFixed(2),
      percent(row.popularity, 3),
      row.diversity?.toFixed(3) ?? "",
      row.serendipity === undefined ? "" : percent(row.serendipity, 2),
    ],
  }));
  return htmlTable([{ title: "lists of" }, ...columns], [rows]);
}

export function costTable({ compared, cpuMsAList }: ReportData): string {
  const columns = [
    { title: "what" },
    { title: "CPU ms a list", isNumber: true },
    { title: "CPU s to fit", isNumber: true },
  ];
  const served = {
    emphasis: true,
    cells: ["served code, mean over sources, with its share of ingest", cpuMsAList.toFixed(2), ""],
  };
  const rows = Object.entries(compared.baselines).map(([name, figures]) => ({
    cells: [
      shown(name),
      figures.cpu_ms_a_prediction.toFixed(3),
      figures.fit_cpu_seconds.toFixed(2),
    ],
  }));
  return htmlTable(columns, [[served], rows]);
}

function shown(name: string): string {
  return escaped(name.replaceAll("_", " "));
}

function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)}%`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
