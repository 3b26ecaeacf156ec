import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { assert } from "../../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName, type TrackIndex } from "../../core/domain/ids.ts";
import { cosineScan } from "./cosine-scan.ts";
import { type QuantisedRow, quantiseQuery, roundedUp } from "./quantise.ts";
import {
  effectiveWeights,
  type RetrievalQuery,
  type RetrievedTrack,
  type Retriever,
  type TrackSpace,
} from "./retriever.ts";
import { layOut, type ScanLayout, TASK_WORDS } from "./scan-layout.ts";
import { selectBest } from "./select-best.ts";
import { type SparseParts, sparseParts } from "./sparse-parts.ts";
import { addTrack, type TrackBits } from "./track-bits.ts";

/** Exact search in two passes. The first reads an int8 copy of all vectors and gives every track
 *  a score with a bound on its error (Cauchy–Schwarz): |q·v − q̃·ṽ| ≤ ‖q‖·‖v−ṽ‖ + ‖q−q̃‖·‖ṽ‖,
 *  and the rounding of float32. The second scores, by the definition in `Retriever`, each track
 *  whose upper bound reaches the k-th best lower bound. Only those can be among the k best, so
 *  the list is the exact one. The first pass leaves out the tracks that a sparse source speaks of:
 *  the second scores them all. */
export function exactScan(space: TrackSpace): Retriever {
  const layout = layOut(space);
  const sparse = sparseParts(space.count);
  return {
    space,
    retrieve: (query) => retrieve(layout, sparse, query),
    similar: cosineScan(layout),
  };
}

function retrieve(
  layout: ScanLayout,
  sparse: SparseParts,
  query: RetrievalQuery,
): RetrievedTrack[] {
  const k = Math.min(query.k, layout.count);
  if (k <= 0) return [];
  const weights = effectiveWeights(query);
  const bounds = {
    short: loadQuery(layout, "short", query.tastes.short, weights.short),
    long: loadQuery(layout, "long", query.tastes.long, weights.long),
  };
  writeTask(layout, { weights, bounds, k });
  const excluded = loadExcluded(layout, query);
  const spoken = sparse.load(query, weights, excluded);
  for (const index of spoken) addTrack(excluded, index);
  const scanned = layout.kernels.scan(layout.task);
  const found = addCandidates(layout, scanned, spoken);
  const best = rescore(layout, sparse, { weights, bounds, found, k });
  sparse.clear(spoken);
  return best;
}

/** Fills the kernel's set of tracks that cannot be found, and returns it. */
function loadExcluded(layout: ScanLayout, { allowed, excluded }: RetrievalQuery): TrackBits {
  const bits = new Uint32Array(layout.buffer, layout.excluded, Math.ceil(layout.count / 32));
  if (allowed === undefined) bits.fill(0);
  else for (let word = 0; word < bits.length; word++) bits[word] = ~allowed[word]!;
  for (const track of excluded) addTrack(bits, track);
  return bits;
}

/** Puts `more` tracks among the candidates, which stay in order of index; returns their number. */
function addCandidates(layout: ScanLayout, found: number, more: readonly TrackIndex[]): number {
  if (more.length === 0) return found;
  const all = new Int32Array(layout.buffer, layout.candidates, found + more.length);
  all.set(more, found);
  all.sort();
  return all.length;
}

type QueryBounds = Readonly<Record<ModelName, QuantisedRow | undefined>>;

interface Search {
  readonly weights: BlendWeights;
  readonly bounds: QueryBounds;
  readonly k: number;
}

/** Undefined where the model does not count in this search. */
function loadQuery(
  layout: ScanLayout,
  name: ModelName,
  taste: Float32Array | undefined,
  weight: number,
): QuantisedRow | undefined {
  const model = layout.models[name];
  if (model === undefined || taste === undefined || weight === 0) return undefined;
  const query = new Float32Array(layout.buffer, model.floatQuery, model.floatWidth);
  for (let column = 0; column < taste.length; column++) query[column] = weight * taste[column]!;
  return quantiseQuery(query, new Int16Array(layout.buffer, model.query, model.width));
}

/** Fills the kernel's `ScanTask`, word by word. */
function writeTask(layout: ScanLayout, search: Search): void {
  const words = new Uint32Array(layout.buffer, layout.task, TASK_WORDS);
  const floats = new Float32Array(layout.buffer, layout.task, TASK_WORDS);
  const { short, long } = layout.models;
  const { bounds, weights } = search;
  words.set([
    layout.count,
    bounds.short === undefined ? 0 : short!.width,
    bounds.long === undefined ? 0 : long!.width,
    layout.stride,
    short?.rows ?? 0,
    long?.rows ?? 0,
    short?.query ?? 0,
    long?.query ?? 0,
    short?.scale ?? 0,
    long?.scale ?? 0,
    short?.error ?? 0,
    long?.error ?? 0,
    short?.bias ?? 0,
    long?.bias ?? 0,
    layout.popularity,
  ]);
  floats.set(
    [
      bounds.short?.scale ?? 0,
      bounds.long?.scale ?? 0,
      bounds.short?.norm ?? 0,
      bounds.long?.norm ?? 0,
      weights.short,
      weights.long,
      weights.popularity,
      slack(layout, search),
    ],
    15,
  );
  words.set([layout.excluded, search.k, layout.scratch, layout.candidates, layout.uppers], 23);
}

const FLOAT_ROUNDING = 2 ** -24;

/** What a row's bound has beside its own rounding error: that of the query, and float32's in
 *  both passes, at most one rounding per addition. Doubled, since it costs next to nothing to be
 *  sure. */
function slack(layout: ScanLayout, { weights, bounds }: Search): number {
  let queryError = 0;
  let rounding = 24 * weights.popularity * layout.popularityMax;
  for (const name of MODEL_NAMES) {
    const query = bounds[name];
    const model = layout.models[name];
    if (query === undefined || model === undefined) continue;
    const rowMax = model.normMax + model.errorMax;
    queryError += query.error * rowMax;
    rounding += (model.width / 4 + 24) * (query.norm + query.error) * rowMax;
    rounding += 24 * weights[name] * model.biasMax;
  }
  const total = roundedUp(queryError + 2 * FLOAT_ROUNDING * rounding + 2 ** -120);
  assert(Number.isFinite(total), "scores are far below the largest float32");
  return total;
}

/** Scores the first `found` candidates exactly and returns the best of them. */
function rescore(
  layout: ScanLayout,
  sparse: SparseParts,
  search: Search & { found: number },
): RetrievedTrack[] {
  const { weights, bounds, found, k } = search;
  const candidates = new Int32Array(layout.buffer, layout.candidates, found);
  const short = partOf(layout, "short", bounds.short === undefined ? 0 : weights.short, found);
  const long = partOf(layout, "long", bounds.long === undefined ? 0 : weights.long, found);
  const popularity = new Float32Array(layout.buffer, layout.popularity, layout.count);
  const { neighbours, coplay } = sparse;
  // The scan is done with its bounds; their place takes the scores.
  const scores = new Float32Array(layout.buffer, layout.uppers, found);
  for (let at = 0; at < found; at++) {
    const row = candidates[at]!;
    const models = Math.fround(short(at, row) + long(at, row));
    const dense = Math.fround(models + Math.fround(weights.popularity * popularity[row]!));
    scores[at] = dense + Math.fround(neighbours[row]! + coplay[row]!);
  }
  return Array.from(selectBest(scores, found, k), (at) => {
    const row = candidates[at]!;
    return {
      index: row as TrackIndex,
      score: scores[at]!,
      parts: {
        short: short(at, row),
        long: long(at, row),
        neighbours: neighbours[row]!,
        coplay: coplay[row]!,
        popularity: Math.fround(weights.popularity * popularity[row]!),
      },
    };
  });
}

/** One model's part of a candidate's score, by the candidate's position and its row. */
function partOf(
  layout: ScanLayout,
  name: ModelName,
  weight: number,
  found: number,
): (at: number, row: number) => number {
  const model = layout.models[name];
  if (model === undefined || weight === 0) return () => 0;
  const { floatQuery, vectors, floatWidth, dots } = model;
  layout.kernels.dotRows(floatQuery, vectors, floatWidth, layout.candidates, found, dots);
  const dot = new Float32Array(layout.buffer, dots, found);
  const bias = new Float32Array(layout.buffer, model.bias, layout.count);
  return (at, row) => Math.fround(dot[at]! + Math.fround(weight * bias[row]!));
}
