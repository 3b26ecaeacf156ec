import { counted } from "../counted.ts";
import { element, escaped } from "./markup.ts";
import { type Axis, along, pixels, roundAxis } from "./plot-scale.ts";

export interface PlottedLine {
  readonly name: string;
  /** One for each label. */
  readonly values: readonly number[];
  /** Index of the value that is marked. */
  readonly marked?: number | undefined;
}

export interface LinePlot {
  /** What the plot shows, for those who hear it read. */
  readonly title: string;
  readonly labels: readonly string[];
  readonly axis: string;
  readonly lines: readonly PlottedLine[];
  /** Whether the values begin at 0. */
  readonly fromZero: boolean;
  /** Counts behind each label, drawn as pale bars. */
  readonly counts?: readonly number[];
}

const WIDTH = 620;
const HEIGHT = 300;
const AREA = { left: 48, right: WIDTH - 12, top: 12, bottom: HEIGHT - 46 };

/** Lines over labels, as an SVG that takes its colours (`line-0`, …) from the page. */
export function linePlot(plot: LinePlot): string {
  const values = plot.lines.flatMap((line) => line.values);
  const low = plot.fromZero ? 0 : Math.min(...values);
  const axis = roundAxis(low, Math.max(...values, low + 1e-9), 5);
  const step = (AREA.right - AREA.left) / plot.labels.length;
  const xOf = (at: number) => AREA.left + step * (at + 0.5);
  const label = { class: "tick", "text-anchor": "middle", y: AREA.bottom + 17 };
  const below = { class: "axis", "text-anchor": "middle", y: HEIGHT - 8 };
  const parts = [
    ...countBars(plot, step),
    ...axis.ticks.map((tick) => gridLine(axis, tick)),
    ...plot.labels.map((text, at) => element("text", { ...label, x: xOf(at) }, escaped(text))),
    element("text", { ...below, x: (AREA.left + AREA.right) / 2 }, escaped(plot.axis)),
    // The first line is the subject, and lies on top.
    ...plot.lines.map((line, index) => drawLine(line, index, axis, xOf)).reverse(),
  ];
  const view = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": plot.title };
  return element("figure", {}, legend(plot.lines) + element("svg", view, parts.join("")));
}

function countBars({ counts }: LinePlot, step: number): string[] {
  if (counts === undefined) return [];
  const most = Math.max(...counts, 1);
  return counts.map((count, at) => {
    const height = (AREA.bottom - AREA.top) * 0.92 * (count / most);
    const place = { x: AREA.left + step * at + 3, y: AREA.bottom - height };
    const told = element("title", {}, `${counted(count)} predictions`);
    return element("rect", { class: "count", ...place, width: step - 6, height }, told);
  });
}

function gridLine(axis: Axis, tick: number): string {
  const y = along(axis, tick, [AREA.bottom, AREA.top]);
  const label = { class: "tick", "text-anchor": "end", x: AREA.left - 7, y: y + 4 };
  return (
    element("line", { class: "grid", x1: AREA.left, x2: AREA.right, y1: y, y2: y }) +
    element("text", label, tick.toFixed(axis.digits))
  );
}

function drawLine(
  line: PlottedLine,
  index: number,
  axis: Axis,
  xOf: (at: number) => number,
): string {
  const yOf = (value: number) => along(axis, value, [AREA.bottom, AREA.top]);
  const points = line.values.map((value, at) => `${pixels(xOf(at))},${pixels(yOf(value))}`);
  const dots = line.values.map((value, at) => {
    const told = element("title", {}, escaped(`${line.name}: ${value.toFixed(4)}`));
    const r = at === line.marked ? 5.5 : 3;
    return element("circle", { cx: xOf(at), cy: yOf(value), r }, told);
  });
  const path = element("polyline", { points: points.join(" ") });
  return element("g", { class: `line line-${index}` }, path + dots.join(""));
}

function legend(lines: readonly PlottedLine[]): string {
  if (lines.length < 2) return "";
  const items = lines.map(
    ({ name }, index) => `<li class="key key-${index}">${escaped(name.replaceAll("_", " "))}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}
