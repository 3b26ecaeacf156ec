import { type BlendWeights, SOURCE_NAMES, type SourceName } from "../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../core/domain/ids.ts";
import { SPARSE_NAMES, type SparseSources } from "../scorer/retrieval/retriever.ts";
import { selectBest } from "../scorer/retrieval/select-best.ts";
import { UNRANKED } from "./measure-ranks.ts";
import { openCatalogueScorer, rankOf, type ScoredTracks } from "./score-catalogue.ts";
import type { StopCheck } from "./train-epoch.ts";

/** A model's weights as they were measured, with its taste after each prediction's event. */
export interface MeasuredModel {
  readonly table: ScoredTracks;
  /** [predictions, D] */
  readonly tastes: Float32Array;
}

export interface MeasuredSources {
  readonly models: Readonly<Partial<Record<ModelName, MeasuredModel>>>;
  /** [predictions]: what the sources beside the models say after each event. */
  readonly sparse: readonly SparseSources[];
  /** [predictions]: the track that came next, −1 for one that the bundle does not know. */
  readonly answers: Int32Array;
  /** [count] */
  readonly popularity: Float32Array;
  /** Throws where it shall end. */
  readonly stopCheck: StopCheck;
}

/** The tracks that any source has near the top, with what each source gives them: enough to try
 *  many blends without the catalogue. */
export interface Candidates {
  readonly speaks: Readonly<Record<SourceName, boolean>>;
  /** [predictions]: the rank of each answer among its candidates, of equal scores the lower index
   *  first. */
  ranks(blend: BlendWeights): Int32Array;
}

/** So many tracks of each source, for each prediction: no track below can be among 20 of a blend
 *  but where the sources disagree beyond all measure. */
const TRACKS_OF_A_SOURCE = 300;
const ROWS_AT_ONCE = 32;

/** One prediction's candidates, by index, and their scores in each source. */
interface Row {
  readonly tracks: Int32Array;
  readonly scores: Readonly<Partial<Record<SourceName, Float32Array>>>;
  /** Where the answer is in `tracks`; −1 where no list can hold it. */
  readonly answer: number;
}

/** Throws what `stopCheck` throws. */
export async function gatherCandidates(sources: MeasuredSources): Promise<Candidates> {
  const { models, sparse, answers, popularity, stopCheck } = sources;
  const count = popularity.length;
  const names = MODEL_NAMES.filter((name) => models[name]);
  const scorers = await Promise.all(names.map((name) => openModel(models[name]!)));
  const popular = selectBest(popularity, count, TRACKS_OF_A_SOURCE);
  const rows: Row[] = [];
  const sparseValues = new Float32Array(count);
  for (let start = 0; start < answers.length; start += ROWS_AT_ONCE) {
    stopCheck();
    const end = Math.min(answers.length, start + ROWS_AT_ONCE);
    const scored = await Promise.all(scorers.map((scorer) => scorer.rows(start, end)));
    for (let row = start; row < end; row++) {
      const from = (row - start) * count;
      const dense: DenseScores = [
        ...names.map((name, at) => [name, scored[at]!.subarray(from, from + count)] as const),
        ["popularity", popularity],
      ];
      const rest = { answer: answers[row]!, popular, sparseValues };
      rows.push(gatherRow(dense, sparse[row] ?? {}, rest));
    }
  }
  for (const scorer of scorers) await scorer.close();
  const says = (name: SourceName) => rows.some(({ scores }) => scores[name] !== undefined);
  const speaks = Object.fromEntries(SOURCE_NAMES.map((name) => [name, says(name)]));
  return {
    speaks: speaks as Candidates["speaks"],
    ranks: (blend) => Int32Array.from(rows, (row) => rankIn(row, blend)),
  };
}

async function openModel({ table, tastes }: MeasuredModel) {
  const scorer = await openCatalogueScorer(table, ROWS_AT_ONCE);
  const rows = (start: number, end: number) =>
    scorer.score(tastes.subarray(start * table.dimension, end * table.dimension));
  return { rows, close: scorer.close };
}

type DenseScores = readonly (readonly [SourceName, Float32Array])[];

interface RestOfRow {
  readonly answer: number;
  readonly popular: Int32Array;
  /** [count]: zeros, and zeros again afterwards. */
  readonly sparseValues: Float32Array;
}

function gatherRow(
  dense: DenseScores,
  sparse: SparseSources,
  { answer, popular, sparseValues }: RestOfRow,
): Row {
  const chosen = new Set<number>(popular);
  if (answer >= 0) chosen.add(answer);
  for (const [name, scores] of dense) {
    if (name === "popularity") continue;
    for (const track of selectBest(scores, scores.length, TRACKS_OF_A_SOURCE)) chosen.add(track);
  }
  for (const name of SPARSE_NAMES) {
    const { tracks, values } = sparse[name] ?? NOTHING;
    for (const at of selectBest(values, values.length, TRACKS_OF_A_SOURCE)) chosen.add(tracks[at]!);
  }
  const tracks = Int32Array.from(chosen).sort();
  const scores: Partial<Record<SourceName, Float32Array>> = {};
  for (const [name, all] of dense) scores[name] = valuesOf(tracks, all);
  for (const name of SPARSE_NAMES) {
    const said = sparse[name];
    if (said === undefined || said.tracks.length === 0) continue;
    for (const [at, track] of said.tracks.entries()) sparseValues[track] = said.values[at]!;
    scores[name] = valuesOf(tracks, sparseValues);
    for (const track of said.tracks) sparseValues[track] = 0;
  }
  return { tracks, scores, answer: answer < 0 ? -1 : tracks.indexOf(answer) };
}

/** A loop, for `Float32Array.from` with a function takes several times as long. */
function valuesOf(tracks: Int32Array, all: Float32Array): Float32Array {
  const values = new Float32Array(tracks.length);
  for (let at = 0; at < tracks.length; at++) values[at] = all[tracks[at]!]!;
  return values;
}

const NOTHING = { tracks: [], values: new Float32Array(0) };

function rankIn({ tracks, scores, answer }: Row, blend: BlendWeights): number {
  if (answer < 0) return UNRANKED;
  const sums = new Float64Array(tracks.length);
  for (const name of SOURCE_NAMES) {
    const [weight, values] = [blend[name], scores[name]];
    if (weight === 0 || values === undefined) continue;
    for (let at = 0; at < sums.length; at++) sums[at] = sums[at]! + weight * values[at]!;
  }
  return rankOf(sums, answer);
}
