import type { BundleComparison, BundleFigures } from "../trainer/compress/compare-bundles.ts";
import type { CompressionPlan } from "../trainer/compress/plan.ts";
import { COMPARED } from "../trainer/evaluate/compare-ranks.ts";
import { drawTable } from "./table.ts";

/** What a compression costs and gains, for the terminal. */
export function compressionTable(
  comparison: BundleComparison & { readonly plan: CompressionPlan },
): string {
  const { before, after, predictions, plan } = comparison;
  const rows = [...costRows(before, after), ...accuracyRows(comparison)];
  const columns = [
    { title: "figure" },
    { title: "before", right: true },
    { title: "after", right: true },
    { title: "change", right: true },
    { title: "95% of the change", right: true },
  ];
  const note =
    plan.prune?.by === "weights"
      ? "Weights that are 0 are multiplied all the same: they gain neither bytes nor speed.\n"
      : "";
  const ids = [before, after].map(({ bundle_id: id }) => id.slice(0, 12));
  return (
    `${drawTable(columns, rows)}\n${note}${predictions} predictions; bundle ${ids.join(" → ")}; ` +
    `intervals are paired, over resampled sessions\n`
  );
}

function costRows(before: BundleFigures, after: BundleFigures): string[][] {
  const row = (title: string, of: (figures: BundleFigures) => number, digits: number) => {
    const [was, is] = [of(before), of(after)];
    const change = `${(((is - was) / was) * 100).toFixed(0)}%`;
    return [title, was.toFixed(digits), is.toFixed(digits), signed(change, is >= was)];
  };
  return [
    row("bundle, MB", ({ bytes }) => bytes.all / 1e6, 2),
    row("vectors, MB", ({ bytes }) => bytes.vectors / 1e6, 2),
    row("step graphs, kB", ({ bytes }) => bytes.steps / 1e3, 1),
    row("numbers of a listener's hidden states", ({ hidden }) => hidden, 0),
    ...Object.keys(before.step_cpu_us).map((rows) =>
      row(`event in a wave of ${rows}, CPU us`, (figures) => figures.step_cpu_us[rows]!, 2),
    ),
    row("list of 20, CPU us", (figures) => figures.list_cpu_us, 0),
  ];
}

function accuracyRows({ before, after, difference }: BundleComparison): string[][] {
  return Object.entries(difference).flatMap(([source, differences]) =>
    COMPARED.map((figure) => {
      const { difference: change, interval } = differences[figure];
      const number = (value: number) => signed(value.toFixed(4), value >= 0);
      return [
        `${source} ${figure}`,
        before.accuracy[source]![figure].toFixed(4),
        after.accuracy[source]![figure].toFixed(4),
        number(change),
        interval.map(number).join(" … "),
      ];
    }),
  );
}

/** With a sign of one width. */
function signed(text: string, positive: boolean): string {
  return positive ? `+${text}` : text.replace("-", "−");
}
