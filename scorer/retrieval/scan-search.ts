import type { TrackIndex } from "../../core/domain/ids.ts";
import { loadExcluded } from "./load-excluded.ts";
import { loadQueries } from "./model-vectors.ts";
import { effectiveWeights, type RetrievalQuery, type RetrievedTrack } from "./retriever.ts";
import type { ScanLayout } from "./scan-layout.ts";
import { boundQueries, writeTask } from "./scan-task.ts";
import { trackScoring } from "./score-tracks.ts";
import { type SparseParts, sparseParts } from "./sparse-parts.ts";
import { addTrack, countTracks, forEachTrack, type TrackBits } from "./track-bits.ts";

/** Where at most this part of the catalogue is allowed, exactly those tracks are read. */
const ALLOWED_SHARE_MAX = 1 / 8;

/** Search in two passes. The first reads an int8 copy of the vectors and gives every track that it
 *  reads a score with a bound on its error (Cauchy–Schwarz): |q·v − q̃·ṽ| ≤ ‖q‖·‖v−ṽ‖ +
 *  ‖q−q̃‖·‖ṽ‖, and the rounding of float32. Where vectors are turned to their principal axes, it
 *  reads the head of each row first, and the tail only where head + ‖q tail‖·‖v tail‖ can still be
 *  among the best. The second pass scores, by the definition in `Retriever`, each track whose upper
 *  bound reaches the k-th best lower bound. Only those can be among the k best, so the list is the
 *  exact one. Tracks that a sparse source speaks of are read first, since they raise the bound for
 *  all others. */
export function openScanSearch(layout: ScanLayout): (query: RetrievalQuery) => RetrievedTrack[] {
  const { buffer, count } = layout;
  const sparse = sparseParts(layout);
  const scoring = trackScoring(layout);
  return (query) => {
    const k = Math.min(query.k, count);
    if (k <= 0) return [];
    const weights = effectiveWeights(query);
    const queries = loadQueries(layout, query.tastes, weights);
    const bounds = boundQueries(layout, queries);
    const excluded = new Uint32Array(buffer, layout.excluded, Math.ceil(count / 32));
    loadExcluded(excluded, query);
    const spoken = sparse.load(query, weights);
    const sparseMax = chooseSpoken(layout, sparse, spoken, excluded);
    const most = ALLOWED_SHARE_MAX * count;
    const isFew = query.allowed !== undefined && countTracks(query.allowed, most) <= most;
    const chosenCount = isFew ? chooseOthers(layout, excluded, spoken.length) : spoken.length;
    const rows = isFew ? 0 : count;
    const sieves = query.allowed !== undefined;
    writeTask(layout, { weights, bounds, k, rows, chosenCount, sieves, sparseMax });
    const found = layout.kernels.scan(layout.task);
    scoring.begin(weights, queries);
    // The scan is done with its bounds; their place takes the scores.
    const best = scoring.best(found, k);
    sparse.clear();
    return best;
  };
}

/** Begins the kernel's list of chosen rows with the tracks that are spoken of, which the scan
 *  then passes over. Those that are spoken of more than the average come first: they raise the bar
 *  for the rest. Returns the most that both sources say of one, in absolute value. */
function chooseSpoken(
  { buffer, chosen, chosenExtra, count }: ScanLayout,
  { neighbours, coplay }: SparseParts,
  spoken: Uint32Array,
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
    rows[at] = track;
    extra[at] = said;
    addTrack(excluded, track as TrackIndex);
  }
  return most;
}

/** Adds all tracks that are not excluded to the list of chosen rows; returns its new length. */
function chooseOthers(
  { buffer, chosen, chosenExtra, count }: ScanLayout,
  excluded: TrackBits,
  length: number,
): number {
  const rows = new Uint32Array(buffer, chosen, count);
  let end = length;
  forEachTrack(excluded, count, "absent", (track) => {
    rows[end++] = track;
  });
  new Float32Array(buffer, chosenExtra, count).fill(0, length, end);
  return end;
}
