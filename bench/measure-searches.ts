import type { TrackIndex } from "../core/domain/ids.ts";
import type { CodeSearch } from "../scorer/retrieval/code-search.ts";
import type { RetrievalQuery, Retriever } from "../scorer/retrieval/retriever.ts";
import type { TrackBits } from "../scorer/retrieval/track-bits.ts";
import type { SampledQueries } from "../trainer/clusters/cluster-points.ts";
import { percentile } from "./measure.ts";

/** What searches of one kind take and find. */
export interface SearchFigures {
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Of this thread, on average. */
  readonly cpu_ms: number;
  /** The share of the best 100, of the weighting that has the least. */
  readonly recall_at_100: number;
  /** The share of the tracks that are read. */
  readonly read_share: number;
  /** How many tracks are scored exactly; 0 for a search that bounds all of them. */
  readonly scored: number;
}

const BEST = 100;

/** One query for each taste and weighting, of all tracks or of those that are allowed. */
export function questionsOf(
  { tastes, weightings }: SampledQueries,
  allowed?: TrackBits,
): readonly Question[] {
  return tastes.flatMap((taste) =>
    weightings.map((weights, weighting) => ({
      weighting,
      query: { tastes: taste, weights, excluded: [], k: BEST, ...(allowed && { allowed }) },
    })),
  );
}

export interface Question {
  readonly weighting: number;
  readonly query: RetrievalQuery;
}

/** Asks each question once, after a part of them that does not count, and compares what is found
 *  with what `exact` finds. */
export function measureSearches(
  search: Retriever & Partial<Pick<CodeSearch, "effort">>,
  questions: readonly Question[],
  exact: readonly ReadonlySet<TrackIndex>[],
): SearchFigures {
  for (const { query } of questions.slice(0, questions.length / 4)) search.retrieve(query);
  const latenciesMs: number[] = [];
  const counts = new Map<number, { hits: number; of: number }>();
  let [rows, scoredRows, cpuMs] = [0, 0, 0];
  for (const [at, { weighting, query }] of questions.entries()) {
    const before = process.cpuUsage();
    const startedMs = performance.now();
    const found = search.retrieve(query);
    latenciesMs.push(performance.now() - startedMs);
    const { user, system } = process.cpuUsage(before);
    cpuMs += (user + system) / 1000;
    const { read, scored } = search.effort?.() ?? { read: search.space.count, scored: 0 };
    rows += read;
    scoredRows += scored;
    const count = counts.get(weighting) ?? { hits: 0, of: 0 };
    counts.set(weighting, count);
    count.of += exact[at]!.size;
    for (const { index } of found) if (exact[at]!.has(index)) count.hits += 1;
  }
  return {
    p50_ms: percentile(latenciesMs, 0.5),
    p99_ms: percentile(latenciesMs, 0.99),
    cpu_ms: cpuMs / questions.length,
    recall_at_100: Math.min(...Array.from(counts.values(), ({ hits, of }) => hits / of)),
    scored: scoredRows / questions.length,
    read_share: rows / (questions.length * search.space.count),
  };
}

/** What a search that reads everything finds for each question. */
export function exactAnswers(
  everything: Retriever,
  questions: readonly Question[],
): readonly ReadonlySet<TrackIndex>[] {
  return questions.map(({ query }) => {
    return new Set(everything.retrieve(query).map(({ index }) => index));
  });
}
