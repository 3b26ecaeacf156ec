import { escaped } from "./markup.ts";
import { along, pixels, roundAxis } from "./plot-scale.ts";

export interface PlottedInterval {
  readonly name: string;
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
  readonly kind: "subject" | "source" | "baseline";
}

const WIDTH = 620;
const NAMES_WIDTH = 150;
const VALUE_WIDTH = 64;
const ROW_HEIGHT = 24;
const TOP = 8;

/** A dot for each value and a line for its interval, best first. */
export function intervalPlot(title: string, rows: readonly PlottedInterval[]): string {
  const best = rows.toSorted((one, other) => other.value - one.value);
  const axis = roundAxis(0, Math.max(...best.map(({ interval }) => interval[1]), 1e-9), 5);
  const bottom = TOP + best.length * ROW_HEIGHT;
  const across = [NAMES_WIDTH, WIDTH - VALUE_WIDTH] as const;
  const grid = axis.ticks.map((tick) => {
    const x = pixels(along(axis, tick, across));
    const line = `<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom}"/>`;
    const label = tick.toFixed(axis.digits);
    return `${line}<text class="tick" text-anchor="middle" x="${x}" y="${bottom + 17}">${label}</text>`;
  });
  const drawn = best.map(({ name, value, interval, kind }, at) => {
    const y = TOP + (at + 0.5) * ROW_HEIGHT;
    const [low, high] = interval.map((end) => pixels(along(axis, end, across)));
    const told = `<title>${interval.map((end) => end.toFixed(4)).join(" to ")}</title>`;
    return [
      `<g class="interval ${kind}">${told}`,
      `<text class="name" text-anchor="end" x="${NAMES_WIDTH - 12}" y="${y + 4}">${escaped(name.replaceAll("_", " "))}</text>`,
      `<line x1="${low}" x2="${high}" y1="${y}" y2="${y}"/>`,
      `<circle cx="${pixels(along(axis, value, across))}" cy="${y}" r="4.5"/>`,
      `<text class="value" text-anchor="end" x="${WIDTH - 6}" y="${y + 4}">${value.toFixed(4)}</text></g>`,
    ].join("");
  });
  const view = `viewBox="0 0 ${WIDTH} ${bottom + 26}" role="img" aria-label="${escaped(title)}"`;
  return `<figure><svg ${view}>${grid.join("")}${drawn.join("")}</svg></figure>`;
}
