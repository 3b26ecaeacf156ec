import { measure } from "../parts/format.ts";

const WIDTH = 200;
const HEIGHT = 48;
const INSET = 4;

/** A measure after each epoch, from its least to its most. */
export function EpochLine({
  name,
  values,
}: {
  readonly name: string;
  readonly values: readonly number[];
}) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, epoch) => {
    const x = INSET + (epoch * (WIDTH - 2 * INSET)) / (values.length - 1);
    const share = most > least ? (value - least) / (most - least) : 0.5;
    return { x, y: HEIGHT - INSET - share * (HEIGHT - 2 * INSET) };
  });
  const last = points.at(-1)!;
  return (
    <figure class="epoch-line">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="xMinYMid" role="img">
        <title>{`recall@20 from ${measure(values[0]!)} to ${measure(values.at(-1)!)}`}</title>
        <polyline points={points.map(({ x, y }) => `${x},${y}`).join(" ")} />
        <circle cx={last.x} cy={last.y} r={3} />
      </svg>
      <figcaption>
        {name}: recall@20 over {values.length} epochs, {measure(values.at(-1)!)} at the end
      </figcaption>
    </figure>
  );
}
