/** How often the event that came next stood at each rank of the list. Whole numbers, so that the
 *  same predictions give the same figures in any order. */
export interface RankCounts {
  readonly predictions: number;
  /** [k]: index r counts the targets at rank r + 1; targets outside the list are in none. */
  readonly byRank: readonly number[];
}

/** Recall (hit rate, as one event is relevant) and mean reciprocal rank, cut at k. */
export interface RankFigures {
  readonly predictions: number;
  readonly "recall@1": number;
  readonly "recall@5": number;
  readonly "recall@20": number;
  readonly "mrr@20": number;
}

/** The longest list that the figures look at. */
export const RANKS_MAX = 20;

/** Zeros where nothing was predicted. */
export function rankFigures(counts: RankCounts): RankFigures {
  const { predictions, byRank } = counts;
  const share = (sum: number): number => (predictions === 0 ? 0 : sum / predictions);
  const hits = (k: number): number => byRank.slice(0, k).reduce((sum, count) => sum + count, 0);
  const reciprocal = byRank.reduce((sum, count, rank) => sum + count / (rank + 1), 0);
  return {
    predictions,
    "recall@1": share(hits(1)),
    "recall@5": share(hits(5)),
    "recall@20": share(hits(20)),
    "mrr@20": share(reciprocal),
  };
}

/** Counts ranks from 1 to `RANKS_MAX`, 0 being none. */
export function rankCountsOf(ranks: Uint8Array): RankCounts {
  const byRank = new Array<number>(RANKS_MAX).fill(0);
  for (const rank of ranks) if (rank > 0) byRank[rank - 1]! += 1;
  return { predictions: ranks.length, byRank };
}
