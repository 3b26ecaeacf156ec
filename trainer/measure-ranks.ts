import {
  type Accuracy,
  accuracyOf,
  openCatalogueScorer,
  rankOf,
  type ScoredTracks,
} from "./score-catalogue.ts";
import type { StopCheck } from "./train-epoch.ts";

const ROWS_AT_ONCE = 64;

/** Ranks every answer in the whole catalogue by taste · vector + bias. An answer of −1, a track
 *  that the model does not know, has no rank in any list. */
export async function measureAccuracy(
  tastes: Float32Array,
  answers: Int32Array,
  plan: { readonly tracks: ScoredTracks; readonly stopCheck: StopCheck },
): Promise<Accuracy> {
  const { tracks, stopCheck } = plan;
  const ranks = new Int32Array(answers.length);
  const scorer = await openCatalogueScorer(tracks, ROWS_AT_ONCE);
  for (let start = 0; start < answers.length; start += ROWS_AT_ONCE) {
    stopCheck();
    const end = Math.min(answers.length, start + ROWS_AT_ONCE);
    const { dimension, count } = tracks;
    const scores = await scorer.score(tastes.subarray(start * dimension, end * dimension));
    for (let row = start; row < end; row++) {
      const from = (row - start) * count;
      const answer = answers[row]!;
      ranks[row] = answer < 0 ? UNRANKED : rankOf(scores.subarray(from, from + count), answer);
    }
  }
  await scorer.close();
  return accuracyOf(ranks);
}

export const UNRANKED = 2 ** 31 - 1;
