import { createHistogram } from "node:perf_hooks";

/** Percentiles that reports show. */
export const PERCENTILES = [50, 75, 90, 95, 99, 99.9] as const;

/** Latencies in an HDR histogram of three digits, from a microsecond to ten minutes: Node's own,
 *  which is HdrHistogram in C. */
export interface Latencies {
  add(ms: number): void;
  /** Milliseconds; 0 where there is nothing. */
  percentile(percentile: number): number;
  max(): number;
  count(): number;
}

const LONGEST_US = 10 * 60 * 1_000_000;

export function newLatencies(): Latencies {
  const histogram = createHistogram({ lowest: 1, highest: LONGEST_US, figures: 3 });
  return {
    add(ms) {
      histogram.record(Math.min(LONGEST_US, Math.max(1, Math.round(ms * 1000))));
    },
    percentile: (percentile) =>
      histogram.count === 0 ? 0 : histogram.percentile(percentile) / 1000,
    max: () => (histogram.count === 0 ? 0 : histogram.max / 1000),
    count: () => histogram.count,
  };
}
