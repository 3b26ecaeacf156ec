import { escaped } from "./markup.ts";
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
  const parts = [
    ...countBars(plot, step),
    ...axis.ticks.map((tick) => gridLine(axis, tick)),
    ...plot.labels.map((label, at) => {
      return `<text class="tick" text-anchor="middle" x="${pixels(xOf(at))}" y="${AREA.bottom + 17}">${escaped(label)}</text>`;
    }),
    `<text class="axis" text-anchor="middle" x="${(AREA.left + AREA.right) / 2}" y="${HEIGHT - 8}">${escaped(plot.axis)}</text>`,
    // The first line is the subject, and lies on top.
    ...plot.lines.map((line, index) => drawLine(line, index, axis, xOf)).reverse(),
  ];
  const view = `viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(plot.title)}"`;
  return `<figure>${legend(plot.lines)}<svg ${view}>${parts.join("")}</svg></figure>`;
}

function countBars({ counts }: LinePlot, step: number): string[] {
  if (counts === undefined) return [];
  const most = Math.max(...counts, 1);
  return counts.map((count, at) => {
    const height = (AREA.bottom - AREA.top) * 0.92 * (count / most);
    const box = [AREA.left + step * at + 3, AREA.bottom - height, step - 6, height].map(pixels);
    const told = `<title>${count.toLocaleString("en-US")} predictions</title>`;
    return `<rect class="count" x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}">${told}</rect>`;
  });
}

function gridLine(axis: Axis, tick: number): string {
  const y = along(axis, tick, [AREA.bottom, AREA.top]);
  const label = tick.toFixed(axis.digits);
  const line = `<line class="grid" x1="${AREA.left}" x2="${AREA.right}" y1="${pixels(y)}" y2="${pixels(y)}"/>`;
  return `${line}<text class="tick" text-anchor="end" x="${AREA.left - 7}" y="${pixels(y + 4)}">${label}</text>`;
}

function drawLine(
  line: PlottedLine,
  index: number,
  axis: Axis,
  xOf: (at: number) => number,
): string {
  const points = line.values.map((value, at) => {
    return { x: pixels(xOf(at)), y: pixels(along(axis, value, [AREA.bottom, AREA.top])), value };
  });
  const path = points.map(({ x, y }) => `${x},${y}`).join(" ");
  const dots = points.map(({ x, y, value }, at) => {
    const told = `<title>${escaped(line.name)}: ${value.toFixed(4)}</title>`;
    const radius = at === line.marked ? 5.5 : 3;
    return `<circle cx="${x}" cy="${y}" r="${radius}">${told}</circle>`;
  });
  return `<g class="line line-${index}"><polyline points="${path}"/>${dots.join("")}</g>`;
}

function legend(lines: readonly PlottedLine[]): string {
  if (lines.length < 2) return "";
  const items = lines.map(
    ({ name }, index) => `<li class="key key-${index}">${escaped(name.replaceAll("_", " "))}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}
