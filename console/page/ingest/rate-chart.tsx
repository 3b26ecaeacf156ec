import { figure } from "../parts/format.ts";
import type { Rate } from "../wire/use-watch.ts";

const WIDTH = 960;
const HEIGHT = 160;
/** Seconds from the left edge to the right one: as long as the page has watched, within these. */
const SPAN_MIN_S = 30;
const SPAN_MAX_S = 120;

/** Events of the last two minutes, one bar a second; once it is full, it moves to the left. */
export function RateChart({ rates }: { readonly rates: readonly Rate[] }) {
  const most = Math.max(1, ...rates.map(({ perSecond }) => perSecond));
  const newestMs = rates.at(-1)?.atMs ?? 0;
  const watchedS = Math.ceil((newestMs - (rates[0]?.atMs ?? newestMs)) / 1000) + 1;
  const spanS = Math.max(SPAN_MIN_S, Math.min(SPAN_MAX_S, watchedS));
  const bars = rates.map(({ atMs, perSecond }) => {
    const age = (newestMs - atMs) / 1000;
    return { x: WIDTH - ((age + 1) * WIDTH) / spanS, height: (perSecond / most) * HEIGHT };
  });
  const words = `The last ${spanS} seconds: at most ${figure(most)} events a second`;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img">
        <title>{words}</title>
        {bars.map(({ x, height }) => (
          <rect key={x} x={x} y={HEIGHT - height} width={0.8 * (WIDTH / spanS)} height={height} />
        ))}
      </svg>
      <figcaption>
        <span>{spanS === SPAN_MAX_S ? "two minutes ago" : `${spanS} s ago`}</span>
        <span>{rates.length === 0 ? "" : `${figure(most)} a second at most`}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
