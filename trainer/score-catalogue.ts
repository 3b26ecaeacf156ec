import { encodeGraph, input, newGraph, node, output } from "./onnx/graph-builder.ts";
import { openGraph } from "./onnx/graph-session.ts";

/** What tastes are scored against. */
export interface ScoredTracks {
  readonly count: number;
  /** D */
  readonly dimension: number;
  /** [count, D] */
  readonly vectors: Float32Array;
  /** [count] */
  readonly bias: Float32Array;
}

export interface CatalogueScorer {
  /** [rows, D] → [rows, count]: taste · vector + bias; overwritten by the next call. */
  score(tastes: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Scores every track for up to `rowsMax` tastes at once. */
export async function openCatalogueScorer(
  tracks: ScoredTracks,
  rowsMax: number,
): Promise<CatalogueScorer> {
  const { count, dimension } = tracks;
  const graph = newGraph("catalogue scores");
  const operands = [
    input(graph, "taste", ["batch", dimension]),
    input(graph, "vectors", [count, dimension]),
    input(graph, "bias", [1, count]),
  ];
  const shape = ["batch", count];
  output(graph, "scores", node(graph, "Gemm", operands, { shape, attributes: { transB: 1 } }));
  const session = await openGraph(encodeGraph(graph));
  const vectors = { shape: [count, dimension], data: tracks.vectors };
  const bias = { shape: [1, count], data: tracks.bias };
  const buffer = new Float32Array(rowsMax * count);
  return {
    async score(tastes) {
      const rows = tastes.length / dimension;
      const data = buffer.subarray(0, rows * count);
      const taste = { shape: [rows, dimension], data: tastes };
      await session.run({ taste, vectors, bias }, { scores: { shape: [rows, count], data } });
      return data;
    },
    close: () => session.close(),
  };
}

/** The place of `answer` among all tracks, from 1; of equal scores the lower index comes first. */
export function rankOf(scores: Float32Array | Float64Array, answer: number): number {
  const score = scores[answer]!;
  let rank = 1;
  for (let track = 0; track < scores.length; track++) {
    const other = scores[track]!;
    if (other > score || (other === score && track < answer)) rank++;
  }
  return rank;
}

/** Recall of the first place and of the first 20, and the mean reciprocal rank among these. */
export interface Accuracy {
  readonly predictions: number;
  readonly recall1: number;
  readonly recall20: number;
  readonly mrr20: number;
}

/** What epochs and blends are chosen by, √(recall@20 · mrr@20): a hundredth more of either counts
 *  the same. 0 where nothing is measured. */
export function worth(accuracy: Accuracy): number {
  return Math.sqrt(accuracy.recall20 * accuracy.mrr20);
}

const LIST_LENGTH = 20;

export function accuracyOf(ranks: Int32Array): Accuracy {
  const hits = ranks.filter((rank) => rank <= LIST_LENGTH);
  const reciprocal = hits.reduce((sum, rank) => sum + 1 / rank, 0);
  const predictions = ranks.length;
  const share = (sum: number) => (predictions === 0 ? 0 : sum / predictions);
  return {
    predictions,
    recall1: share(ranks.filter((rank) => rank === 1).length),
    recall20: share(hits.length),
    mrr20: share(reciprocal),
  };
}
