import type { Random } from "../random.ts";

/** Where good or bad values were seen, as a density over what a dimension may be. */
export interface Density<Value> {
  density(value: Value): number;
  draw(random: Random): Value;
}

/** A Parzen estimator on [0, 1]: one even part, and around each point a Gaussian as wide as the
 *  farther of its two neighbours is away, within bounds (Bergstra et al. 2011, section 4). What
 *  falls outside is reflected at the border. */
export function parzenOver(points: readonly number[]): Density<number> {
  const centres = [...points].sort((one, other) => one - other);
  const narrowest = 1 / (1 + centres.length) / 2;
  const widths = centres.map((centre, at) => {
    const left = centre - (centres[at - 1] ?? 0);
    const right = (centres[at + 1] ?? 1) - centre;
    return Math.min(WIDEST, Math.max(narrowest, left, right));
  });
  const parts = centres.length + 1;
  return {
    density: (value) => {
      const sum = centres.reduce((sum, centre, at) => {
        const images = [value, -value, 2 - value];
        return sum + images.reduce((all, image) => all + gaussian(image - centre, widths[at]!), 0);
      }, 1);
      return sum / parts;
    },
    draw: (random) => {
      const part = Math.floor(random() * parts);
      if (part === centres.length) return random();
      return reflected(centres[part]! + widths[part]! * standardNormal(random));
    },
  };
}

/** The same for values without an order: each counts one and the points that are it. */
export function frequenciesOver<Value>(
  values: readonly Value[],
  points: readonly Value[],
): Density<Value> {
  const total = values.length + points.length;
  const count = (value: Value) => 1 + points.filter((point) => point === value).length;
  return {
    density: (value) => count(value) / total,
    draw: (random) => {
      const part = Math.floor(random() * total);
      return part < values.length ? values[part]! : points[part - values.length]!;
    },
  };
}

const WIDEST = 0.5;

function gaussian(distance: number, width: number): number {
  return Math.exp(-((distance / width) ** 2) / 2) / (width * Math.sqrt(2 * Math.PI));
}

/** Box and Muller 1958. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function reflected(value: number): number {
  const folded = Math.abs(value) % 2;
  return folded > 1 ? 2 - folded : folded;
}
