import { element, escaped } from "./markup.ts";
import { along, roundAxis } from "./plot-scale.ts";

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
  const low = Math.min(...best.map(({ interval }) => interval[0]), 0);
  const axis = roundAxis(low, Math.max(...best.map(({ interval }) => interval[1]), 1e-9), 5);
  const bottom = TOP + best.length * ROW_HEIGHT;
  const across = [NAMES_WIDTH, WIDTH - VALUE_WIDTH] as const;
  const grid = axis.ticks.map((tick) => {
    const x = along(axis, tick, across);
    const label = { class: "tick", "text-anchor": "middle", x, y: bottom + 17 };
    return (
      element("line", { class: "grid", x1: x, x2: x, y1: TOP, y2: bottom }) +
      element("text", label, tick.toFixed(axis.digits))
    );
  });
  const drawn = best.map(({ name, value, interval, kind }, at) => {
    const y = TOP + (at + 0.5) * ROW_HEIGHT;
    const [x1, x2] = interval.map((end) => along(axis, end, across)) as [number, number];
    const text = { "text-anchor": "end", y: y + 4 };
    const parts = [
      element("title", {}, interval.map((end) => end.toFixed(4)).join(" to ")),
      element("text", { ...text, class: "name", x: NAMES_WIDTH - 12 }, spaced(name)),
      element("line", { x1, x2, y1: y, y2: y }),
      element("circle", { cx: along(axis, value, across), cy: y, r: 4.5 }),
      element("text", { ...text, class: "value", x: WIDTH - 6 }, value.toFixed(4)),
    ];
    return element("g", { class: `interval ${kind}` }, parts.join(""));
  });
  const view = { viewBox: `0 0 ${WIDTH} ${bottom + 26}`, role: "img", "aria-label": title };
  return element("figure", {}, element("svg", view, [...grid, ...drawn].join("")));
}

function spaced(name: string): string {
  return escaped(name.replaceAll("_", " "));
}
