/** Textbook measures of one list against the items that are relevant, cut at `k` and with binary
 *  relevance: Manning, Raghavan & Schütze, Introduction to Information Retrieval, chapter 8. A list
 *  holds each item once, best first. All are 0 where nothing is relevant. */
export interface Judged<Item> {
  readonly list: readonly Item[];
  readonly relevant: ReadonlySet<Item>;
  readonly k: number;
}

/** Relevant items among the first k, over k, however short the list. */
export function precision<Item>(judged: Judged<Item>): number {
  return hits(judged) / judged.k;
}

/** Relevant items among the first k, over all relevant ones. */
export function recall<Item>(judged: Judged<Item>): number {
  return judged.relevant.size === 0 ? 0 : hits(judged) / judged.relevant.size;
}

/** Harmonic mean of precision and recall. */
export function f1<Item>(judged: Judged<Item>): number {
  const [p, r] = [precision(judged), recall(judged)];
  return p + r === 0 ? 0 : (2 * p * r) / (p + r);
}

/** 1 where any of the first k is relevant. */
export function hitRate<Item>(judged: Judged<Item>): number {
  return hits(judged) > 0 ? 1 : 0;
}

/** One over the rank of the first relevant item; its mean over lists is MRR. */
export function reciprocalRank<Item>({ list, relevant, k }: Judged<Item>): number {
  const place = list.slice(0, k).findIndex((item) => relevant.has(item));
  return place === -1 ? 0 : 1 / (place + 1);
}

/** Mean of the precisions at each relevant item's rank, over as many as k could hold; its mean over
 *  lists is MAP. */
export function averagePrecision<Item>({ list, relevant, k }: Judged<Item>): number {
  let found = 0;
  let sum = 0;
  for (const [place, item] of list.slice(0, k).entries()) {
    if (!relevant.has(item)) continue;
    found += 1;
    sum += found / (place + 1);
  }
  const most = Math.min(k, relevant.size);
  return most === 0 ? 0 : sum / most;
}

/** Discounted gain, 1 / log2(rank + 1) for each relevant item, over that of the best list there
 *  could be: Järvelin & Kekäläinen 2002, with Burges' discount. */
export function ndcg<Item>({ list, relevant, k }: Judged<Item>): number {
  let gain = 0;
  for (const [place, item] of list.slice(0, k).entries()) {
    if (relevant.has(item)) gain += discount(place);
  }
  let best = 0;
  for (let place = 0; place < Math.min(k, relevant.size); place++) best += discount(place);
  return best === 0 ? 0 : gain / best;
}

function discount(place: number): number {
  return 1 / Math.log2(place + 2);
}

function hits<Item>({ list, relevant, k }: Judged<Item>): number {
  return list.slice(0, k).filter((item) => relevant.has(item)).length;
}
