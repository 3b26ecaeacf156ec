import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { ModelName, TrackIndex } from "../../core/domain/ids.ts";
import {
  type LoadedQueries,
  SCORE_TASK_WORDS,
  SCORED_MODEL_WORDS,
  type VectorLayout,
} from "./model-vectors.ts";
import type { RetrievedTrack } from "./retriever.ts";

/** Scores tracks of a layout's candidates, by their places, with the bits of the definition. */
export interface TrackScoring {
  /** Says by what the candidates of a search are scored; the queries must be loaded. */
  begin(weights: BlendWeights, queries: LoadedQueries): void;
  /** The `k` best of the first `count` candidates. */
  best(count: number, k: number): RetrievedTrack[];
  /** The first `count` of the best, which a kernel has selected. */
  listed(count: number): RetrievedTrack[];
}

export function trackScoring(layout: VectorLayout): TrackScoring {
  const { buffer, count, kernels, scoreTask } = layout;
  const tracks = new Int32Array(buffer, layout.candidates, count);
  const scores = new Float32Array(buffer, layout.scores, count);
  const places = new Int32Array(buffer, layout.best, count);
  const neighbours = new Float32Array(buffer, layout.neighbours, count);
  const coplay = new Float32Array(buffer, layout.coplay, count);
  const words = new Uint32Array(buffer, scoreTask, SCORE_TASK_WORDS);
  const floats = new Float32Array(buffer, scoreTask, SCORE_TASK_WORDS);
  words.set([layout.scoredModels.short, layout.scoredModels.long, layout.popularity, 0]);
  words.set([layout.neighbours, layout.coplay, layout.candidates, layout.scores, layout.best], 4);
  const { popularity } = layout.space;
  const short = modelPart(layout, "short");
  const long = modelPart(layout, "long");
  const listed = (length: number): RetrievedTrack[] => {
    const weight = floats[3]!;
    const list = new Array<RetrievedTrack>(length);
    for (let at = 0; at < length; at++) {
      const place = places[at]!;
      const track = tracks[place]!;
      const parts = {
        short: short.of(place, track),
        long: long.of(place, track),
        neighbours: neighbours[track]!,
        coplay: coplay[track]!,
        popularity: Math.fround(weight * popularity[track]!),
      };
      list[at] = { index: track as TrackIndex, score: scores[place]!, parts };
    }
    return list;
  };
  return {
    begin(weights, queries) {
      floats[3] = weights.popularity;
      short.begin(weights.short, queries.short !== undefined);
      long.begin(weights.long, queries.long !== undefined);
    },
    best(found, k) {
      kernels.scoreTracks(scoreTask, found);
      return listed(kernels.selectBest(scoreTask, found, k));
    },
    listed,
  };
}

interface ModelPart {
  begin(weight: number, counts: boolean): void;
  /** What the model adds to the score of a candidate, by its place and its track. */
  of(place: number, track: number): number;
}

function modelPart(layout: VectorLayout, name: ModelName): ModelPart {
  const model = layout.models[name];
  if (model === undefined) return { begin: () => undefined, of: () => 0 };
  const { buffer, count } = layout;
  const { bias } = model.space;
  const words = new Uint32Array(buffer, layout.scoredModels[name], SCORED_MODEL_WORDS);
  const floats = new Float32Array(buffer, layout.scoredModels[name], SCORED_MODEL_WORDS);
  words.set([0, model.vectors, model.floatWidth, model.dots, model.bias]);
  const dots = new Float32Array(buffer, model.dots, count);
  return {
    begin(weight, counts) {
      words[0] = counts ? model.floatQuery : 0;
      floats[5] = weight;
    },
    of(place, track) {
      if (words[0] === 0) return 0;
      return Math.fround(dots[place]! + Math.fround(floats[5]! * bias[track]!));
    },
  };
}
