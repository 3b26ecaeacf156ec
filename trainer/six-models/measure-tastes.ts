import { selectBest } from "../../scorer/retrieval/select-best.ts";
import { openCatalogueScorer, type ScoredTracks } from "../score-catalogue.ts";
import type { PredictionPoints } from "./prediction-points.ts";

/** Lengths of the lists whose recall is measured. */
const LIST_LENGTHS = [20, 100] as const;
export const TASTE_FIGURES = ["cosine_distance", "recall@20", "recall@100"] as const;
export type TasteFigure = (typeof TASTE_FIGURES)[number];

/** Of each point, [points]: the mean of 1 − cos between the taste and its relevant tracks' vectors,
 *  NaN where none was learned; and the share of its relevant tracks that stand in the list of the
 *  tracks nearest to the taste. A track that was not learned is in no list. */
export type MeasuredTastes = Readonly<Record<TasteFigure, Float64Array>>;

const ROWS_AT_ONCE = 64;

/** Holds tastes [points, D] against the whole catalogue by cosine; equal ones stand in order of
 *  track index. `vectors` have length 1 and no bias. */
export async function measureTastes(
  tastes: Float32Array,
  points: PredictionPoints,
  plan: { readonly vectors: ScoredTracks; readonly stopCheck: () => void },
): Promise<MeasuredTastes> {
  const { dimension, count } = plan.vectors;
  const size = points.after.length;
  const unit = tastes.slice();
  toUnitLength(unit, dimension);
  const measured = {
    cosine_distance: new Float64Array(size),
    "recall@20": new Float64Array(size),
    "recall@100": new Float64Array(size),
  };
  const longest = Math.max(...LIST_LENGTHS);
  const scorer = await openCatalogueScorer(plan.vectors, ROWS_AT_ONCE);
  for (let start = 0; start < size; start += ROWS_AT_ONCE) {
    plan.stopCheck();
    const end = Math.min(size, start + ROWS_AT_ONCE);
    const scores = await scorer.score(unit.subarray(start * dimension, end * dimension));
    for (let point = start; point < end; point++) {
      const row = scores.subarray((point - start) * count, (point - start + 1) * count);
      const relevant = points.relevant.subarray(
        points.relevantStarts[point]!,
        points.relevantStarts[point + 1]!,
      );
      measured.cosine_distance[point] = distance(row, relevant);
      const list = selectBest(row, count, longest);
      for (const length of LIST_LENGTHS) {
        const hits = relevant.filter((track) => list.subarray(0, length).includes(track));
        measured[`recall@${length}`][point] = hits.length / relevant.length;
      }
    }
  }
  await scorer.close();
  return measured;
}

/** Scales each row of `rows` [rows, D] to length 1, in place; a row of zeros stays. */
export function toUnitLength(rows: Float32Array, dimension: number): void {
  for (let at = 0; at < rows.length; at += dimension) {
    const row = rows.subarray(at, at + dimension);
    let squares = 0;
    for (const value of row) squares += value * value;
    if (squares === 0) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let i = 0; i < dimension; i++) row[i] = row[i]! * scale;
  }
}

function distance(cosines: Float32Array, relevant: Int32Array): number {
  const known = relevant.filter((track) => track >= 0);
  return known.reduce((sum, track) => sum + 1 - cosines[track]!, 0) / known.length;
}
