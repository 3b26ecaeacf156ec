import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { ModelName, TrackIndex } from "../../core/domain/ids.ts";
import type { LoadedQueries, VectorLayout } from "./model-vectors.ts";
import type { RetrievedTrack } from "./retriever.ts";
import { selectBest } from "./select-best.ts";
import type { SparseParts } from "./sparse-parts.ts";

/** Scores tracks of a layout's candidates, by their places, with the bits of the definition. */
export interface TrackScoring {
  /** Scores the candidates from one place up to another. */
  score(from: number, to: number): void;
  /** The `k` best of the first `count` candidates, all of which are scored. */
  best(count: number, k: number): RetrievedTrack[];
}

export function trackScoring(
  layout: VectorLayout,
  {
    weights,
    queries,
    sparse,
  }: {
    readonly weights: BlendWeights;
    readonly queries: LoadedQueries;
    readonly sparse: Pick<SparseParts, "neighbours" | "coplay">;
  },
): TrackScoring {
  const { buffer, count } = layout;
  const { popularity } = layout.space;
  const { neighbours, coplay } = sparse;
  const tracks = new Int32Array(buffer, layout.candidates, count);
  const scores = new Float32Array(buffer, layout.scores, count);
  const short = partOf(layout, "short", { queries, weight: weights.short });
  const long = partOf(layout, "long", { queries, weight: weights.long });
  return {
    score(from, to) {
      short.multiply(from, to);
      long.multiply(from, to);
      for (let at = from; at < to; at++) {
        const track = tracks[at]!;
        const models = Math.fround(short.of(at, track) + long.of(at, track));
        const dense = Math.fround(models + Math.fround(weights.popularity * popularity[track]!));
        scores[at] = dense + Math.fround(neighbours[track]! + coplay[track]!);
      }
    },
    best(found, k) {
      return Array.from(selectBest(scores, found, k, tracks), (at) => {
        const track = tracks[at]!;
        return {
          index: track as TrackIndex,
          score: scores[at]!,
          parts: {
            short: short.of(at, track),
            long: long.of(at, track),
            neighbours: neighbours[track]!,
            coplay: coplay[track]!,
            popularity: Math.fround(weights.popularity * popularity[track]!),
          },
        };
      });
    },
  };
}

interface ModelPart {
  multiply(from: number, to: number): void;
  of(at: number, track: number): number;
}

/** One model's part of a candidate's score, by the candidate's place and its track. */
function partOf(
  layout: VectorLayout,
  name: ModelName,
  { queries, weight }: { readonly queries: LoadedQueries; readonly weight: number },
): ModelPart {
  const model = layout.models[name];
  if (model === undefined || queries[name] === undefined) {
    return { multiply: () => undefined, of: () => 0 };
  }
  const { floatQuery, vectors, floatWidth, dots } = model;
  const { bias } = model.space;
  const products = new Float32Array(layout.buffer, dots, layout.count);
  return {
    multiply(from, to) {
      const [chosen, out] = [layout.candidates + from * 4, dots + from * 4];
      layout.kernels.dotRows(floatQuery, vectors, floatWidth, chosen, to - from, out);
    },
    of: (at, track) => Math.fround(products[at]! + Math.fround(weight * bias[track]!)),
  };
}
