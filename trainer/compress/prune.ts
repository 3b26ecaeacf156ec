import type { ModelWeights } from "../model-parameters.ts";
import type { StoredWeight } from "../onnx/read-weights.ts";

/** What a step can do without, by magnitude: whole hidden units, or single weights. */
export const PRUNED_PARTS = ["units", "weights"] as const;
export type PrunedPart = (typeof PRUNED_PARTS)[number];

const GATES = 3;

/** Takes out the `share` of hidden units with the least weights, by the sum of squares of all that
 *  comes into a unit and goes out of it. What stays is a smaller GRU. Where the hidden state itself
 *  was the taste, a matrix now puts each unit's number into its old place. At least one unit stays.
 *  Source: Li et al. 2017, arXiv 1608.08710, section 3, for whole units. */
export function pruneUnits(weights: ModelWeights, share: number): ModelWeights {
  const { sizes, dense } = weights;
  const units = Math.max(1, Math.round(sizes.hidden * (1 - share)));
  const magnitudes = unitMagnitudes(weights);
  const kept = [...magnitudes.keys()]
    .sort((one, other) => magnitudes[other]! - magnitudes[one]! || one - other)
    .slice(0, units)
    .sort((one, other) => one - other);
  const columns = Array.from({ length: GATES }, (_, gate) => gate * sizes.hidden).flatMap((from) =>
    kept.map((unit) => from + unit),
  );
  const pruned = new Map<string, StoredWeight>();
  for (const [name, weight] of dense) {
    if (name === "taste_bias") pruned.set(name, weight);
    else if (name === "projection") pruned.set(name, pick(weight, { rows: kept }));
    else if (name === "hidden") pruned.set(name, pick(weight, { rows: kept, columns }));
    else pruned.set(name, pick(weight, { columns }));
  }
  if (!dense.has("projection") && units < sizes.hidden) {
    const { dimension } = sizes;
    const values = new Float32Array(units * dimension);
    for (const [row, unit] of kept.entries()) values[row * dimension + unit] = 1;
    pruned.set("projection", { shape: [units, dimension], values });
    pruned.set("taste_bias", { shape: [dimension], values: new Float32Array(dimension) });
  }
  const projects = pruned.has("projection");
  return { ...weights, sizes: { ...sizes, hidden: units, projects }, dense: pruned };
}

/** Sets the `share` of each large matrix that is nearest to 0 to 0. A dense kernel multiplies by
 *  zeros as by any number. Source: Han et al. 2015, arXiv 1506.02626, section 3. */
export function pruneWeights(weights: ModelWeights, share: number): ModelWeights {
  const dense = new Map<string, StoredWeight>(weights.dense);
  for (const name of ["track", "hidden"] as const) {
    const { shape, values } = dense.get(name)!;
    const order = Uint32Array.from(values.keys()).sort((one, other) => {
      return Math.abs(values[one]!) - Math.abs(values[other]!) || one - other;
    });
    const pruned = values.slice();
    for (const at of order.subarray(0, Math.round(share * values.length))) pruned[at] = 0;
    dense.set(name, { shape, values: pruned });
  }
  return { ...weights, dense };
}

/** [H] */
function unitMagnitudes({ sizes, dense }: ModelWeights): Float64Array {
  const { hidden } = sizes;
  const magnitudes = new Float64Array(hidden);
  for (const [name, { shape, values }] of dense) {
    const width = shape.at(-1)!;
    for (let at = 0; at < values.length; at++) {
      const square = values[at]! ** 2;
      const [row, column] = [Math.floor(at / width), at % width];
      if (width === GATES * hidden) magnitudes[column % hidden]! += square;
      if (name === "hidden" || name === "projection") magnitudes[row]! += square;
    }
  }
  return magnitudes;
}

/** Some rows and columns of a matrix, or some numbers of a bias; all where none are named. */
function pick(
  { shape, values }: StoredWeight,
  kept: { readonly rows?: readonly number[]; readonly columns?: readonly number[] },
): StoredWeight {
  const width = shape.at(-1)!;
  const rows = kept.rows ?? Array.from({ length: values.length / width }, (_, row) => row);
  const columns = kept.columns ?? Array.from({ length: width }, (_, column) => column);
  const picked = rows.flatMap((row) => columns.map((column) => values[row * width + column]!));
  const size = shape.length === 1 ? [columns.length] : [rows.length, columns.length];
  return { shape: size, values: Float32Array.from(picked) };
}
