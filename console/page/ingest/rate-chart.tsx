import { figure } from "../parts/format.ts";
import type { Rate } from "../wire/use-watch.ts";

const WIDTH = 960;
const HEIGHT = 160;
/** Seconds from the left edge to the right one. */
const SPAN_S = 120;

/** Events of the last two minutes, one bar a second; it moves to the left. */
export function RateChart({ rates }: { readonly rates: readonly Rate[] }) {
  const most = Math.max(1, ...rates.map(({ perSecond }) => perSecond));
  const newestMs = rates.at(-1)?.atMs ?? 0;
  const bars = rates.map(({ atMs, perSecond }) => {
    const age = (newestMs - atMs) / 1000;
    return { x: WIDTH - ((age + 1) * WIDTH) / SPAN_S, height: (perSecond / most) * HEIGHT };
  });
  const words = `The last two minutes: at most ${figure(most)} events a second`;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img">
        <title>{words}</title>
        {bars.map(({ x, height }) => (
          <rect key={x} x={x} y={HEIGHT - height} width={WIDTH / SPAN_S - 2} height={height} />
        ))}
      </svg>
      <figcaption>
        <span>two minutes ago</span>
        <span>{rates.length === 0 ? "" : `at most ${figure(most)} a second`}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
