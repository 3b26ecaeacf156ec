import type { MetricValues } from "./metrics/metrics.ts";

/** What the process that started it asks of a serving process. */
export interface ServingQuestion {
  readonly kind: "metrics";
  readonly id: number;
}

/** What a serving process tells the one that started it: once that it is ready, and where, as
 *  `sayReady` says it; then what it is asked. */
export type ServingWord =
  | { readonly kind: "ready"; readonly detail: string }
  | { readonly kind: "metrics"; readonly id: number; readonly values: MetricValues };
