import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { ModelName, TrackIndex } from "../../core/domain/ids.ts";
import { effectiveWeights, type RetrievalQuery, type RetrievedTrack } from "./retriever.ts";
import type { ScanLayout } from "./scan-layout.ts";
import { loadQueries, type QueryBounds, type TaskParts, writeTask } from "./scan-task.ts";
import { selectBest } from "./select-best.ts";
import { type SparseParts, sparseParts } from "./sparse-parts.ts";
import { addTrack, countTracks, forEachTrack, type TrackBits } from "./track-bits.ts";

/** Rows from the first up to the second, one pair after the other. */
export type RowRanges = Uint32Array;

export interface ScanSearch {
  /** The rows that may be read, beside those of tracks that a sparse source speaks of. */
  readonly ranges: RowRanges;
  /** Writes what the best track of each range is expected to score, so that only ranges are read
   *  that can matter; all are read where it is absent. */
  readonly writeReaches?: (query: Pick<TaskParts, "weights" | "bounds">) => void;
  /** Where at most so many tracks are allowed, exactly those are read. */
  readonly allowedMax: number;
}

/** Search in two passes. The first reads an int8 copy of the vectors and gives every track that it
 *  reads a score with a bound on its error (Cauchy–Schwarz): |q·v − q̃·ṽ| ≤ ‖q‖·‖v−ṽ‖ +
 *  ‖q−q̃‖·‖ṽ‖, and the rounding of float32. Where vectors are turned to their principal axes, it
 *  reads the head of each row first, and the tail only where head + ‖q tail‖·‖v tail‖ can still be
 *  among the best. The second pass scores, by the definition in `Retriever`, each track whose upper
 *  bound reaches the k-th best lower bound. Only those can be among the k best of what was read, so
 *  the list is the exact one of these tracks. Tracks that a sparse source speaks of are always
 *  read, and first, since they raise the bound for all others. Where ranges have reaches, they are
 *  read from the highest on until none can hold one of the k best of what was read: fewer than k
 *  tracks are found only where all were read. */
export function openScanSearch(
  layout: ScanLayout,
  how: ScanSearch,
): (query: RetrievalQuery) => RetrievedTrack[] {
  const sparse = sparseParts(layout.count);
  const { ranges, allowedMax, writeReaches } = how;
  new Uint32Array(layout.buffer, layout.ranges, ranges.length).set(ranges);
  return (query) => {
    const k = Math.min(query.k, layout.count);
    if (k <= 0) return [];
    const weights = effectiveWeights(query);
    const bounds = loadQueries(layout, query.tastes, weights);
    const excluded = loadExcluded(layout, query);
    const spoken = sparse.load(query, weights, excluded);
    const sparseMax = chooseSpoken(layout, sparse, spoken, excluded);
    const isFew =
      query.allowed !== undefined && countTracks(query.allowed, allowedMax) <= allowedMax;
    const chosenCount = isFew ? chooseOthers(layout, excluded, spoken.length) : spoken.length;
    const rangeCount = isFew ? 0 : ranges.length / 2;
    const byReach = !isFew && writeReaches !== undefined;
    if (byReach) writeReaches({ weights, bounds });
    const sieves = query.allowed !== undefined;
    const counts = { k, rangeCount, chosenCount };
    writeTask(layout, { weights, bounds, ...counts, byReach, sieves, sparseMax });
    const found = layout.kernels.scan(layout.task);
    const best = rescore(layout, sparse, { weights, bounds, found, k });
    sparse.clear(spoken);
    return best;
  };
}

/** Fills the kernel's set of tracks that the ranges pass over, and returns it. */
function loadExcluded(layout: ScanLayout, { allowed, excluded }: RetrievalQuery): TrackBits {
  const bits = new Uint32Array(layout.buffer, layout.excluded, Math.ceil(layout.count / 32));
  if (allowed === undefined) bits.fill(0);
  else for (let word = 0; word < bits.length; word++) bits[word] = ~allowed[word]!;
  for (const track of excluded) addTrack(bits, track);
  return bits;
}

/** Begins the kernel's list of chosen rows with the tracks that are spoken of, which the ranges
 *  then pass over. Those that are spoken of more than the average come first: they raise the bound
 *  for the rest. Returns the most that both sources say of one, in absolute value. */
function chooseSpoken(
  { buffer, chosen, chosenExtra, count, rowOf }: ScanLayout,
  { neighbours, coplay }: SparseParts,
  spoken: readonly TrackIndex[],
  excluded: TrackBits,
): number {
  const rows = new Uint32Array(buffer, chosen, count);
  const extra = new Float32Array(buffer, chosenExtra, count);
  let [sum, most] = [0, 0];
  for (const track of spoken) {
    const [near, after] = [neighbours[track]!, coplay[track]!];
    sum += near + after;
    most = Math.max(most, Math.abs(near) + Math.abs(after));
  }
  let [front, back] = [0, spoken.length];
  for (const track of spoken) {
    const said = neighbours[track]! + coplay[track]!;
    const at = said * spoken.length > sum ? front++ : --back;
    rows[at] = rowOf === undefined ? track : rowOf[track]!;
    extra[at] = said;
    addTrack(excluded, track);
  }
  return most;
}

/** Adds all tracks that are not excluded to the list of chosen rows; returns its new length. */
function chooseOthers(
  { buffer, chosen, chosenExtra, count, rowOf }: ScanLayout,
  excluded: TrackBits,
  length: number,
): number {
  const rows = new Uint32Array(buffer, chosen, count);
  let end = length;
  forEachTrack(excluded, count, "absent", (track) => {
    rows[end++] = rowOf === undefined ? track : rowOf[track]!;
  });
  new Float32Array(buffer, chosenExtra, count).fill(0, length, end);
  return end;
}

/** Scores the first `found` candidates by the definition and returns the best of them. */
function rescore(
  layout: ScanLayout,
  sparse: SparseParts,
  search: {
    readonly weights: BlendWeights;
    readonly bounds: QueryBounds;
    readonly found: number;
    readonly k: number;
  },
): RetrievedTrack[] {
  const { weights, bounds, found, k } = search;
  // Of equal scores the lower index comes first.
  const candidates = new Int32Array(layout.buffer, layout.candidates, found).sort();
  const short = partOf(layout, "short", bounds.short === undefined ? 0 : weights.short, found);
  const long = partOf(layout, "long", bounds.long === undefined ? 0 : weights.long, found);
  const { popularity } = layout.space;
  const { neighbours, coplay } = sparse;
  // The scan is done with its bounds; their place takes the scores.
  const scores = new Float32Array(layout.buffer, layout.uppers, found);
  for (let at = 0; at < found; at++) {
    const track = candidates[at]!;
    const models = Math.fround(short(at, track) + long(at, track));
    const dense = Math.fround(models + Math.fround(weights.popularity * popularity[track]!));
    scores[at] = dense + Math.fround(neighbours[track]! + coplay[track]!);
  }
  return Array.from(selectBest(scores, found, k), (at) => {
    const track = candidates[at]!;
    return {
      index: track as TrackIndex,
      score: scores[at]!,
      parts: {
        short: short(at, track),
        long: long(at, track),
        neighbours: neighbours[track]!,
        coplay: coplay[track]!,
        popularity: Math.fround(weights.popularity * popularity[track]!),
      },
    };
  });
}

/** One model's part of a candidate's score, by the candidate's position and its track. */
function partOf(
  layout: ScanLayout,
  name: ModelName,
  weight: number,
  found: number,
): (at: number, track: number) => number {
  const model = layout.models[name];
  if (model === undefined || weight === 0) return () => 0;
  const { floatQuery, vectors, floatWidth, dots } = model;
  layout.kernels.dotRows(floatQuery, vectors, floatWidth, layout.candidates, found, dots);
  const dot = new Float32Array(layout.buffer, dots, found);
  const { bias } = model.space;
  return (at, track) => Math.fround(dot[at]! + Math.fround(weight * bias[track]!));
}
